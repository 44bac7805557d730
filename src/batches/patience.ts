import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf } from '../core/errors.ts'
import { backoff, whileAway } from './backoff.ts'

interface PatienceOptions {
  /** Tells a person what is waited for; `undefined` when it goes on. */
  readonly say: (what: string | undefined) => void
  /** Ends a wait. */
  readonly drain: AbortSignal
}

/** Waits for what is away, longer each time, and says what for. */
export class Patience {
  readonly #options: PatienceOptions
  #times = 0

  constructor(options: PatienceOptions) {
    this.#options = options
  }

  async wait(error: unknown): Promise<void> {
    const { say, drain } = this.#options
    say(`waiting: ${reasonOf(error)}`)
    await sleep(backoff(this.#times, whileAway), undefined, { signal: drain }).catch(() => {})
    this.#times += 1
  }

  /** It is back. */
  end(): void {
    if (this.#times === 0) return
    this.#times = 0
    this.#options.say(undefined)
  }
}
