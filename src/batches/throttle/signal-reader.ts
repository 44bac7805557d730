import { reasonOf } from '../../core/errors.ts'
import { duration } from '../../core/text.ts'
import type { SignalContext, ThrottleSignal } from '../../tasks/throttle.ts'
import type { Reading } from './reading.ts'
import type { Time } from './time.ts'

interface ReaderOptions {
  readonly query: SignalContext['query']
  readonly timeoutMs: number
  readonly time: Time
}

/** Reads one signal. A reading that is late is none, and until it has ended no other begins. */
export class SignalReader {
  readonly #signal: ThrottleSignal
  readonly #options: ReaderOptions
  #since: number | undefined

  constructor(signal: ThrottleSignal, options: ReaderOptions) {
    this.#signal = signal
    this.#options = options
  }

  /** Never rejects. Ends at once, with whatever, when the signal is given. */
  async read(ending: AbortSignal): Promise<Reading> {
    const { time, timeoutMs } = this.#options
    if (this.#since !== undefined) return this.#late(this.#since)
    const since = time.now()
    this.#since = since
    const late = new AbortController()
    const over = new AbortController()
    const end = () => over.abort()
    ending.addEventListener('abort', end)
    const limit = time.wait(timeoutMs, over.signal).then(() => {
      late.abort()
      return this.#late(since)
    })
    try {
      return await Promise.race([this.#answer(late.signal), limit])
    } finally {
      ending.removeEventListener('abort', end)
      end()
    }
  }

  async #answer(signal: AbortSignal): Promise<Reading> {
    const { name, unit, max } = this.#signal
    try {
      const value: unknown = await this.#signal.read({ query: this.#options.query, signal })
      if (typeof value === 'number' && Number.isFinite(value)) return { name, unit, max, value }
      return { name, cannotRead: `it gave ${typeof value === 'number' ? value : `a ${typeof value}`}` }
    } catch (error) {
      return { name, cannotRead: firstLine(reasonOf(error)) }
    } finally {
      this.#since = undefined
    }
  }

  #late(since: number): Reading {
    return {
      name: this.#signal.name,
      cannotRead: `no answer for ${duration(this.#options.time.now() - since)}`,
    }
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.slice(0, 200) ?? ''
}
