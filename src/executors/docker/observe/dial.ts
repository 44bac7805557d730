import { Duplex, PassThrough } from 'node:stream'
import { PurserError } from '../../../core/errors.ts'
import { expendable } from '../../../environment/probe/parts/expendable.ts'
import { demultiplex } from '../engine/demux.ts'
import type { Engine } from '../engine/engine.ts'
import { enginePath } from '../engine/path.ts'
import type { ContainerInspect } from '../engine/types.ts'
import type { HelperImage } from '../labels.ts'
import { startHelper } from '../probe/run-helper.ts'
import { nameOf } from '../release/skews.ts'

/** Where a connection starts from. */
export interface Starting {
  readonly container: ContainerInspect
  readonly hasShell: boolean
  readonly helper: HelperImage
}

/** A netcat, else a node that does as one. 69: there is neither. */
const tunnel = `${expendable}
if command -v nc > /dev/null; then exec nc "$1" "$2"; fi
command -v node > /dev/null || exit 69
unset NODE_OPTIONS
exec node -e 'const [, host, port] = process.argv
const socket = require("node:net").connect(Number(port), host)
socket.on("error", (error) => { console.error(error.message); process.exit(1) })
process.stdin.pipe(socket).pipe(process.stdout)' "$1" "$2"`

/**
 * Connects to an address from inside a container's network, by its own names and routes, through a program of its image
 * or else of the helper. Errors of the connection come when it is used.
 */
export async function dialFrom(
  engine: Engine,
  { container, hasShell, helper }: Starting,
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<Duplex> {
  if (!/^[\w.:-]+$/.test(host) || host.startsWith('-')) throw unusable(container, host)
  const address = [host, String(port)] as const
  if (hasShell && (await hasTunnel(engine, container))) {
    const argv = ['/bin/sh', '-c', tunnel, 'sh', ...address]
    return asSocket(await openExec(engine, container.Id, argv), signal, async () => {})
  }
  const argv = ['/bin/busybox', 'nc', ...address]
  const { connection, remove } = await startHelper(engine, { image: helper, container: container.Id, argv })
  return asSocket(connection, signal, remove)
}

async function openExec(engine: Engine, container: string, argv: readonly string[]): Promise<Duplex> {
  const { Id } = await engine.post<{ readonly Id: string }>(enginePath`/containers/${container}/exec`, {
    body: { AttachStdin: true, AttachStdout: true, AttachStderr: true, Tty: false, Cmd: argv },
  })
  return engine.hijack(enginePath`/exec/${Id}/start`, { body: { Detach: false, Tty: false } })
}

const known = new Map<string, Promise<boolean>>()

/** Whether the image has what a tunnel needs: asked once a container. */
function hasTunnel(engine: Engine, { Id }: ContainerInspect): Promise<boolean> {
  const asked = known.get(Id) ?? askForTunnel(engine, Id)
  known.set(Id, asked)
  return asked
}

async function askForTunnel(engine: Engine, container: string): Promise<boolean> {
  const argv = ['/bin/sh', '-c', 'command -v nc || command -v node']
  const connection = await openExec(engine, container, argv)
  for await (const { stream } of demultiplex(connection)) if (stream === 'stdout') return true
  return false
}

/** One side of a container's streams as a socket: what goes in is its stdin, what comes out its stdout. */
function asSocket(connection: Duplex, signal: AbortSignal, close: () => Promise<void>): Duplex {
  const out = new PassThrough()
  void pump(connection, out)
  const socket = Duplex.from({ readable: out, writable: connection })
  const end = () => {
    connection.destroy()
    void close().catch(() => {})
  }
  // As a socket's: what the other side has ended is over.
  socket.once('end', () => socket.destroy())
  socket.once('close', end)
  signal.addEventListener('abort', () => socket.destroy(), { once: true })
  return socket
}

async function pump(connection: Duplex, out: PassThrough): Promise<void> {
  let complaints = ''
  try {
    for await (const { stream, bytes } of demultiplex(connection)) {
      if (stream === 'stdout') out.write(bytes)
      else complaints = (complaints + Buffer.from(bytes)).slice(-500)
    }
    if (complaints === '') out.end()
    else out.destroy(new Error(complaints.trim()))
  } catch (error) {
    out.destroy(error instanceof Error ? error : new Error(String(error)))
  }
}

function unusable(container: ContainerInspect, host: string): PurserError {
  return new PurserError('DATABASE_UNREACHABLE', {
    message: `${JSON.stringify(host)} is no host name, so that container ${nameOf(container)} can't connect to it.`,
    remedy: 'Correct the URL that the app has.',
  })
}
