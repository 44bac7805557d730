import type { Duplex, Readable } from 'node:stream'
import type { Argv } from '../../../tasks/task.ts'
import { demultiplex } from '../engine/demux.ts'
import type { Engine } from '../engine/engine.ts'
import { enginePath } from '../engine/path.ts'

/** What is run in a container beside its own processes. */
export interface Exec {
  readonly argv: Argv
  readonly input: string
  /** `UID:GID`; the container's own user unless stated. */
  readonly user?: string
}

/** What it printed on both of its streams, in UTF-8. */
export interface Printed {
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program in a container until it ends. Throws where it takes longer than `limitMs`. */
export async function execIn(
  engine: Engine,
  container: string,
  { argv, input, user }: Exec,
  patience: Patience,
): Promise<Printed> {
  const { Id } = await engine.post<{ readonly Id: string }>(enginePath`/containers/${container}/exec`, {
    body: {
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
      Cmd: argv,
      ...(user === undefined ? {} : { User: user }),
    },
  })
  const connection = await engine.hijack(enginePath`/exec/${Id}/start`, {
    body: { Detach: false, Tty: false },
  })
  return exchange(connection, input, patience)
}

/** How long a program may take, and by whom it is called off. */
export interface Patience {
  readonly signal: AbortSignal
  readonly limitMs: number
}

/** Says something to a program over its streams, and takes down all that it prints until it ends. */
export async function exchange(
  connection: Duplex,
  input: string,
  { signal, limitMs }: Patience,
): Promise<Printed> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)])
  const cut = () => connection.destroy(new RangeError(`It gave no answer in ${limitMs / 1_000} s.`))
  limit.addEventListener('abort', cut)
  try {
    connection.end(input)
    return await collect(connection)
  } finally {
    limit.removeEventListener('abort', cut)
    connection.destroy()
  }
}

async function collect(connection: Readable): Promise<Printed> {
  const printed = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] }
  for await (const { stream, bytes } of demultiplex(connection)) printed[stream].push(bytes)
  return {
    stdout: Buffer.concat(printed.stdout).toString(),
    stderr: Buffer.concat(printed.stderr).toString(),
  }
}
