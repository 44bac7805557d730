import { Duplex, Readable } from 'node:stream'
import { PurserError } from '../../../core/errors.ts'
import { enterGateway } from '../beside/gateways.ts'
import { demultiplex } from '../engine/demux.ts'
import type { Engine } from '../engine/engine.ts'
import { enginePath } from '../engine/path.ts'
import type { ContainerInspect } from '../engine/types.ts'
import type { HelperImage } from '../labels.ts'
import { execIn } from '../probe/exec.ts'
import { findHelper } from '../probe/helper.ts'
import { startHelper } from '../probe/run-helper.ts'
import { nameOf } from '../release/skews.ts'
import { tunnel } from './tunnel.ts'

/** Where a connection starts from. */
export interface Starting {
  readonly container: ContainerInspect
  readonly hasShell: boolean
  readonly helper: HelperImage
}

/**
 * Connects to an address from inside a container's network, by its own names and routes, through a program of its image
 * or else of the helper; what is to last, through one of the helper beside it, where there is a helper. Errors of the
 * connection come when it is used.
 */
export async function dialFrom(
  engine: Engine,
  { container, hasShell, helper }: Starting,
  host: string,
  port: number,
  signal: AbortSignal,
  lasting?: 'lasting',
): Promise<Duplex> {
  if (host.startsWith('/')) throw unfollowable(container, host)
  if (!/^[\w.:-]+$/.test(host) || host.startsWith('-')) throw unusable(container, host)
  const address = [host, String(port)] as const
  const limitS = lasting === undefined ? lookS : lastingS
  if (lasting !== undefined && (await isThere(engine, helper, container))) {
    const { id, leave } = await enterGateway(engine, container, helper, host)
    const connection = await openExec(engine, id, ['/bin/busybox', 'nc', ...address]).catch(async (error) => {
      await leave()
      throw error
    })
    return asSocket(connection, signal, leave)
  }
  if (hasShell && (await hasTunnel(engine, container, signal))) {
    const argv = ['/bin/sh', '-c', tunnel, 'sh', ...address, String(limitS)]
    return asSocket(await openExec(engine, container.Id, argv), signal, async () => {})
  }
  await findHelper(engine, helper.image, nameOf(container))
  const argv = ['/bin/busybox', 'nc', ...address]
  const { connection, remove } = await startHelper(engine, { image: helper, container: container.Id, argv })
  return asSocket(connection, signal, remove)
}

/** More than any look at a database may take: a netcat whose connection nobody closes must not stay in the app's container. */
const lookS = 20
const lastingS = 86_400

/** Whether the helper can be had, without which what lasts goes as a look does. */
async function isThere(
  engine: Engine,
  { image }: HelperImage,
  container: ContainerInspect,
): Promise<boolean> {
  try {
    await findHelper(engine, image, nameOf(container))
    return true
  } catch (error) {
    if (error instanceof PurserError && error.code === 'HELPER_MISSING') return false
    throw error
  }
}

async function openExec(engine: Engine, container: string, argv: readonly string[]): Promise<Duplex> {
  const { Id } = await engine.post<{ readonly Id: string }>(enginePath`/containers/${container}/exec`, {
    body: { AttachStdin: true, AttachStdout: true, AttachStderr: true, Tty: false, Cmd: argv },
  })
  return engine.hijack(enginePath`/exec/${Id}/start`, { body: { Detach: false, Tty: false } })
}

const known = new Map<string, Promise<boolean>>()

/** Whether the image has what a tunnel needs: asked once a container, and again where there was no answer. */
async function hasTunnel(engine: Engine, { Id }: ContainerInspect, signal: AbortSignal): Promise<boolean> {
  const asked = known.get(Id) ?? askForTunnel(engine, Id, signal)
  known.set(Id, asked)
  try {
    return await asked
  } catch (error) {
    known.delete(Id)
    throw error
  }
}

async function askForTunnel(engine: Engine, container: string, signal: AbortSignal): Promise<boolean> {
  const argv = ['/bin/sh', '-c', 'command -v nc || command -v node'] as const
  const { stdout } = await execIn(engine, container, { argv, input: '' }, { signal, limitMs: 5_000 })
  return stdout !== ''
}

/** One side of a container's streams as a socket: what goes in is its stdin, what comes out its stdout. */
function asSocket(connection: Duplex, signal: AbortSignal, close: () => Promise<void>): Duplex {
  const readable = Readable.from(stdoutOf(connection), { objectMode: false })
  const socket = Duplex.from({ readable, writable: connection })
  let hasEnded = false
  const end = () => {
    if (hasEnded) return
    hasEnded = true
    connection.destroy()
    void close().catch(() => {})
  }
  connection.once('close', end) // nobody may have read to its end
  // As a socket's: what the other side has ended is over.
  socket.once('end', () => socket.destroy())
  socket.once('close', end)
  socket.on('error', () => {}) // told to whoever uses it; one that nobody uses yet must not end Purser
  if (signal.aborted) socket.destroy()
  signal.addEventListener('abort', () => socket.destroy(), { once: true })
  return socket
}

/** What it prints on stdout; throws with its last words when it complains. */
async function* stdoutOf(connection: Duplex): AsyncGenerator<Uint8Array> {
  let complaints = ''
  for await (const { stream, bytes } of demultiplex(connection)) {
    if (stream === 'stdout') yield bytes
    else complaints = (complaints + Buffer.from(bytes)).slice(-500)
  }
  if (complaints !== '') throw new Error(complaints.trim())
}

function unfollowable(container: ContainerInspect, folder: string): PurserError {
  return new PurserError('DATABASE_UNREACHABLE', {
    message: `Container ${nameOf(container)} reaches its database through a Unix socket in ${folder}, and connections are made from there to hosts only.`,
    remedy:
      'Name a host in the URL; or say why the database need not be compared: `--differs database-endpoint="…"`, and so for the other kinds that it tells.',
  })
}

function unusable(container: ContainerInspect, host: string): PurserError {
  return new PurserError('DATABASE_UNREACHABLE', {
    message: `${JSON.stringify(host)} is no host name, so that container ${nameOf(container)} can't connect to it.`,
    remedy: 'Correct the URL that the app has.',
  })
}
