import { rmSync } from 'node:fs'
import { connect, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import { PurserError, reasonOf } from '../../../core/errors.ts'
import { Holdings } from '../../../core/holdings.ts'
import { passOn } from '../../../supervision/apart/pass-on.ts'
import { moved, type Place, placeIn } from '../../../supervision/apart/wire-place.ts'
import type { NoWireWay, WireWay } from '../../executor.ts'
import { listenIn } from '../containers/listen-in.ts'
import type { Engine } from '../engine/engine.ts'
import type { ContainerInspect } from '../engine/types.ts'
import type { HelperImage } from '../labels.ts'
import { findHelper } from '../probe/helper.ts'
import { nameOf } from '../release/skews.ts'
import { makeWayFolder } from './folders.ts'
import { controlSocket, type RelayTold, wireSocket } from './orders.ts'
import { startRelay } from './relay.ts'

const wireAddress = '127.0.0.1'
const reachedWithinMs = 5_000

export interface WayOptions {
  readonly app: ContainerInspect
  readonly helper: HelperImage
  /** Purser's own folder. */
  readonly state: string
  /** Connects from where the app is. */
  dial(host: string, port: number, signal: AbortSignal): Promise<Duplex>
}

/**
 * Opens a way from twins of a container to a wire of this process: a relay in their network, and a Unix socket from it to
 * here. It is tried from the app's place. Returns why there is none where one of these can't be had.
 */
export async function openWireWay(engine: Engine, options: WayOptions): Promise<WireWay | NoWireWay> {
  const { app, helper, state } = options
  if (app.HostConfig.NetworkMode === 'none') return { missing: noNetwork(app) }
  const stack = new Holdings()
  try {
    await findHelper(engine, helper.image, nameOf(app))
    const folder = makeWayFolder(state)
    stack.defer(() => rmSync(folder, { recursive: true, force: true }))
    const door = new Door()
    stack.use(door)
    await door.listen(folder)
    const relay = stack.use(await startRelay(engine, { app, helper, folder, told: door.told }))
    await tryOut(options, relay.at, door)
    return {
      wireAddress,
      broken: door.broken,
      leadTo(url) {
        door.lead(placeIn(url))
        return moved(url, relay.at)
      },
      [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
    }
  } catch (error) {
    await stack[Symbol.asyncDispose]()
    return { missing: notOpened(engine, helper, error) }
  }
}

/** What comes from the relay: its own connection, and one for each of a twin's. */
class Door implements AsyncDisposable {
  readonly #told = Promise.withResolvers<RelayTold>()
  readonly #tried = Promise.withResolvers<void>()
  readonly #broken = new AbortController()
  readonly #servers: Server[] = []
  readonly #open = new Set<Socket>()
  #wire: Place | undefined
  #isClosed = false

  async listen(folder: string): Promise<void> {
    this.#servers.push(await listenIn(folder, controlSocket, (socket) => this.#hear(socket)))
    this.#servers.push(await listenIn(folder, wireSocket, (socket) => this.#accept(socket)))
  }

  /** What the relay says once it listens. */
  get told(): Promise<RelayTold> {
    return this.#told.promise
  }

  /** Resolves once a connection has come all the way. */
  get tried(): Promise<void> {
    return this.#tried.promise
  }

  get broken(): AbortSignal {
    return this.#broken.signal
  }

  lead(wire: Place): void {
    this.#wire = wire
  }

  #hear(control: Socket): void {
    this.#keep(control)
    createInterface({ input: control }).once('line', (line) => this.#told.resolve(JSON.parse(line)))
    control.once('close', () => {
      if (!this.#isClosed) this.#broken.abort()
    })
  }

  #accept(inner: Socket): void {
    this.#keep(inner)
    if (this.#wire === undefined) {
      this.#tried.resolve()
      inner.destroy()
    } else passOn(inner, connect(this.#wire))
  }

  #keep(socket: Socket): void {
    this.#open.add(socket)
    socket.on('error', () => {}) // its close is heard
    socket.once('close', () => this.#open.delete(socket))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    for (const server of this.#servers) server.close()
    for (const socket of this.#open) socket.destroy()
  }
}

/** From the app's place, where networks may be closed to each other's containers. */
async function tryOut({ dial }: WayOptions, { host, port }: Place, door: Door): Promise<void> {
  const late = AbortSignal.timeout(reachedWithinMs)
  const socket = await dial(host, port, late)
  const failed = new Promise<never>((_, reject) => {
    socket.once('error', reject).once('close', () => reject(unreached(host)))
    late.addEventListener('abort', () => reject(unreached(host)))
  })
  failed.catch(() => {}) // it came all the way
  try {
    socket.resume()
    await Promise.race([door.tried, failed])
  } finally {
    socket.destroy()
  }
}

function unreached(host: string): Error {
  return new Error(`${host}, which is in its network, was not reached from there`)
}

function noNetwork(app: ContainerInspect): string {
  return `Container ${nameOf(app)} has no network, so that its twins reach no wire.`
}

function notOpened({ where }: Engine, { image }: HelperImage, error: unknown): string {
  if (error instanceof PurserError && error.code === 'HELPER_MISSING')
    return `The helper image "${image}", which leads twins to a wire, is not on the engine at ${where}.`
  const why = reasonOf(error).replace(/\.?\s*$/, '.')
  return `Twins on the engine at ${where}, which has to be on this machine, can't reach a wire of it: ${why}`
}
