import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { passOn } from '../../../supervision/apart/pass-on.ts'
import type { Escaped, Told } from '../../../supervision/apart/told.ts'
import type { Place } from '../../../supervision/apart/wire-place.ts'
import { attachTo, createContainer, removeContainer, startContainer } from '../containers/container.ts'
import { hear } from '../containers/hear.ts'
import { listenIn } from '../containers/listen-in.ts'
import type { Engine } from '../engine/engine.ts'
import type { MountAsked } from '../engine/types.ts'
import { guardBody, readScan } from './guard-body.ts'
import { controlSocket, type KeeperOrder, wireSocket } from './orders.ts'

const deadlineMs = 20_000

export interface GuardOptions {
  readonly name: string
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
  readonly hostname?: string
  /** A folder of this machine that is ours. */
  readonly folder: string
  readonly wire: Place
  readonly outside: number
  /** What the twin would have: each is looked at for sockets. */
  readonly mounts: readonly MountAsked[]
}

/** A container whose network a twin shares, from which nothing is reached but the wire. */
export interface Guard {
  readonly id: string
  /** Of the mounts, by their places in the list, those in which there are Unix sockets. */
  readonly withSockets: ReadonlySet<number>
  /** Rejects when it is known no more what a twin there does. */
  readonly broken: Promise<never>
  /** Resolves when all that was tried before has been told and kept. */
  settled(): Promise<void>
  /** Removes it. What shares its network must have ended. */
  end(): Promise<void>
}

/** Starts one. Throws where twins can't be kept apart so: the engine is elsewhere, the helper has no busybox. */
export async function startGuard(engine: Engine, options: GuardOptions, escaped: Escaped): Promise<Guard> {
  const wire = await listenIn(options.folder, wireSocket, (inner) => passOn(inner, connect(options.wire)))
  const controls = Promise.withResolvers<Socket>()
  const control = await listenIn(options.folder, controlSocket, controls.resolve)
  const { image, labels, hostname, mounts } = options
  const body = guardBody({ image, labels, mounts, ...(hostname === undefined ? {} : { hostname }) })
  const id = await createContainer(engine, { name: options.name, body, networks: [] })
  const end = async () => {
    for (const server of [wire, control]) server.close()
    await removeContainer(engine, id)
  }
  try {
    const connection = await attachTo(engine, id)
    await startContainer(engine, id)
    const order: KeeperOrder = {
      folder: options.folder,
      port: options.wire.port,
      outside: options.outside,
    }
    connection.write(`${JSON.stringify(order)}\n`)
    const heard = hear(connection, 'what keeps the twin apart')
    const kept: Promise<void>[] = []
    const told = new ToldBy(controls.promise, (to) => {
      const keeping = escaped(to)
      keeping.catch(() => {}) // whoever waits until all is settled hears
      kept.push(keeping)
    })
    await Promise.race([told.ready, heard.ended, late()])
    return {
      id,
      withSockets: readScan(heard.printed()),
      broken: heard.ended,
      settled: async () => {
        await Promise.race([told.look(), heard.ended])
        await Promise.all(kept)
      },
      end,
    }
  } catch (error) {
    await end()
    throw error
  }
}

function late(): Promise<never> {
  return new Promise((_, reject) => {
    const tooLate = () =>
      reject(new Error(`what keeps the twin apart was not ready in ${deadlineMs / 1_000} s`))
    setTimeout(tooLate, deadlineMs).unref()
  })
}

/** What the keeper tells over its connection, which comes once it is up. */
class ToldBy {
  readonly #control: Promise<Socket>
  readonly #ready = Promise.withResolvers<void>()
  #looked = Promise.withResolvers<void>()

  constructor(control: Promise<Socket>, escaped: (to: string) => void) {
    this.#control = control
    void control.then((socket) => {
      socket.on('error', () => {}) // its end is heard otherwise
      createInterface({ input: socket }).on('line', (line) => {
        const told: Told = JSON.parse(line)
        if (told.kind === 'escape') escaped(told.to)
        if (told.kind === 'ready') this.#ready.resolve()
        if (told.kind === 'looked') this.#looked.resolve()
      })
    })
  }

  get ready(): Promise<void> {
    return this.#ready.promise
  }

  async look(): Promise<void> {
    this.#looked = Promise.withResolvers<void>()
    const control = await this.#control
    control.write('look\n')
    await this.#looked.promise
  }
}
