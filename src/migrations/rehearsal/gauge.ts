import { setTimeout as delay } from 'node:timers/promises'
import type { DiskUsage, Inspector } from '../../databases/inspector.ts'
import type { DiskEvidence } from './evidence.ts'

/** After so long without an answer the server is taken to be gone, in milliseconds. */
const silenceMs = 60_000

/** Measures what is written while something is done, again and again; and notices when the server is gone. */
export class Gauge implements AsyncDisposable {
  readonly #everyMs: number
  readonly #inspector: Pick<Inspector, 'usage'>
  readonly #first: DiskUsage
  readonly #stopped = new AbortController()
  readonly #lost = new AbortController()
  #peakBytes: number
  readonly #watch: Promise<void>

  private constructor(inspector: Pick<Inspector, 'usage'>, first: DiskUsage, everyMs: number) {
    this.#everyMs = everyMs
    this.#inspector = inspector
    this.#first = first
    this.#peakBytes = first.databaseBytes
    this.#watch = this.#goOn()
  }

  /** Looks at once, and then every so many milliseconds. */
  static async begin(inspector: Pick<Inspector, 'usage'>, everyMs: number): Promise<Gauge> {
    return new Gauge(inspector, await inspector.usage(), everyMs)
  }

  /** Aborts when the server does not answer any more: whoever works with it may try for ever. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /** What came of it. Throws where the server is gone. */
  async end(): Promise<DiskEvidence> {
    await this[Symbol.asyncDispose]()
    const last = await this.#inspector.usage()
    return {
      walBytes: last.walBytes - this.#first.walBytes,
      diskBytes: {
        before: this.#first.databaseBytes,
        peak: Math.max(this.#peakBytes, last.databaseBytes),
        after: last.databaseBytes,
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort()
    await this.#watch
  }

  async #goOn(): Promise<void> {
    const { signal } = this.#stopped
    let failures = 0
    while (!signal.aborted) {
      const size = await this.#ask()
      failures = size === undefined ? failures + 1 : 0
      this.#peakBytes = Math.max(this.#peakBytes, size ?? 0)
      if (failures > 1) this.#lost.abort()
      await delay(this.#everyMs, undefined, { signal }).catch(() => {})
    }
  }

  async #ask(): Promise<number | undefined> {
    const answer = this.#inspector.usage().then(
      ({ databaseBytes }) => databaseBytes,
      () => undefined, // the next one tells whether it was an accident
    )
    const over = new AbortController()
    const signal = AbortSignal.any([over.signal, this.#stopped.signal])
    const silence = delay(silenceMs, undefined, { signal }).catch(() => undefined)
    const size = await Promise.race([answer, silence])
    over.abort()
    return size
  }
}
