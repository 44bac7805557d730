import { setTimeout as pause } from 'node:timers/promises'
import { within } from '../within.ts'
import type { Session } from './session.ts'
import type { BrokerWatch } from './watch.ts'

/** What is set up on a connection, and lives at most as long. */
export interface Station {
  /** Resolves with the reason once it is of no more use, though the connection may be. */
  readonly ended: Promise<Error>
  /** Gives back what it holds. */
  close(): Promise<void>
}

/** A station came to an end that is nobody's failure: this sentence is told, and it is set up again. */
export class SetUpAgain extends Error {}

interface LinkOptions<S> {
  readonly dial: (signal: AbortSignal) => Promise<Session>
  readonly setUp: (session: Session) => Promise<S>
  readonly watch: BrokerWatch
}

const closeWithinMs = 2_000
const pauses = { firstMs: 50, longestMs: 2_000 }

/** Keeps a connection and a station on it, from when it is first needed: whenever one is lost, both are made anew. */
export class Link<S extends Station> {
  readonly #options: LinkOptions<S>
  readonly #closing = new AbortController()
  readonly #closed: Promise<Error>
  readonly #waiting = new Set<() => void>()
  #keeping: Promise<void> | undefined
  #station: S | undefined
  #trouble: unknown

  constructor(options: LinkOptions<S>) {
    this.#options = options
    this.#closed = new Promise((resolve) => {
      this.#closing.signal.addEventListener('abort', () => resolve(new Error('it was closed here')))
    })
  }

  /** The station that is there now. */
  get station(): S | undefined {
    return this.#station
  }

  /** What the last try failed with. */
  get trouble(): unknown {
    return this.#trouble
  }

  /** From now on there is a connection whenever there can be. */
  start(): void {
    if (!this.#closing.signal.aborted) this.#keeping ??= this.#keep()
  }

  /** The station, once there is one; `undefined` when the signal is given first. */
  async up(signal: AbortSignal): Promise<S | undefined> {
    this.start()
    if (this.#station === undefined && !signal.aborted && !this.#closing.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    }
    return this.#station
  }

  /** Gives back what is held, and disconnects: within seconds, whatever the broker does. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#wakeAll()
    await this.#keeping
  }

  async #keep(): Promise<void> {
    for (let failures = 0; !this.#closing.signal.aborted; failures += 1) {
      if (failures > 0) await this.#pause(failures)
      const isUp = () => {
        failures = 0
      }
      const reason = await this.#live(isUp).catch((error: unknown) => error)
      if (!this.#closing.signal.aborted) this.#lost(reason)
    }
  }

  /** One life: resolves with what ended it. */
  async #live(isUp: () => void): Promise<Error> {
    const { dial, setUp, watch } = this.#options
    const session = await dial(this.#closing.signal)
    try {
      const station = await Promise.race([setUp(session), session.ended, this.#closed])
      if (station instanceof Error) throw station
      this.#station = station
      isUp()
      watch.found(this)
      this.#wakeAll()
      const reason = await Promise.race([session.ended, station.ended, this.#closed])
      // A connection that ends takes the station with it, whose own reason says less.
      return await Promise.race([session.ended, Promise.resolve(reason)])
    } finally {
      await this.#leave(session)
    }
  }

  async #leave(session: Session): Promise<void> {
    const station = this.#station
    this.#station = undefined
    if (this.#closing.signal.aborted && session.connection.ready) {
      if (station !== undefined) await within(closeWithinMs, station.close()).catch(() => {})
      await session.close(closeWithinMs)
    }
    session.destroy()
  }

  #wakeAll(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }

  #lost(reason: unknown): void {
    this.#trouble = reason
    if (reason instanceof SetUpAgain) this.#options.watch.report(reason.message)
    else this.#options.watch.lost(this, reason)
  }

  /** Longer after each failure, and never quite the same for all that were cut off at once. */
  #pause(failures: number): Promise<void> {
    const longest = Math.min(pauses.firstMs * 2 ** (failures - 1), pauses.longestMs)
    const ms = longest * (0.5 + Math.random() / 2)
    return pause(ms, undefined, { signal: this.#closing.signal }).catch(() => {})
  }
}
