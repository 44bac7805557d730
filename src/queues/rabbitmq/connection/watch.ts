import { PurserError } from '../../../core/errors.ts'
import { wordsOf } from './refusals.ts'

/** What is known of the broker's state, for people: each change is reported once, whichever connection notices first. */
export class BrokerWatch {
  readonly #name: string
  readonly #report: (sentence: string) => void
  readonly #lost = new Set<object>()
  #lostAt = 0
  #refusal: string | undefined
  #alarm: string | undefined
  /** Whether nothing that is published is confirmed. */
  silent = false
  readonly #relieved = new Set<() => void>()

  constructor(name: string, report: (sentence: string) => void) {
    this.#name = name
    this.#report = report
  }

  report(sentence: string): void {
    this.#report(sentence)
  }

  /** A connection is gone, or could not be made again. */
  lost(link: object, error: unknown): void {
    this.#refusal = error instanceof PurserError && error.code === 'QUEUE_REFUSED' ? error.message : undefined
    if (this.#lost.size === 0) {
      this.#lostAt = Date.now()
      const why = wordsOf(error)
      const sentence = error instanceof PurserError ? why : `${this.#name} is away: ${why}`
      this.#report(`${sentence}. It is tried again until it is back.`)
    }
    this.#lost.add(link)
  }

  /** A connection is there and set up. */
  found(link: object): void {
    if (this.#lost.delete(link) && this.#lost.size === 0) this.#report(`${this.#name} is back.`)
  }

  /** The broker reads no more from the connection that publishes, for this reason. */
  blocked(reason: string): void {
    this.#alarm = alarmIn(reason)
    this.#report(`${this.#name} takes no messages for now: ${this.#alarm}.`)
  }

  /** It reads again. */
  unblocked(): void {
    if (this.#alarm === undefined) return
    this.#report(`${this.#name} takes messages again.`)
    this.forgetAlarm()
  }

  /** The connection is gone of which this was known. */
  forgetAlarm(): void {
    this.silent = false
    this.#alarm = undefined
    for (const tell of this.#relieved) tell()
  }

  get alarm(): string | undefined {
    return this.#alarm
  }

  /** Resolves once the broker takes messages, or with the signal. */
  relief(signal: AbortSignal): Promise<void> {
    if (this.#alarm === undefined || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const tell = () => {
        this.#relieved.delete(tell)
        signal.removeEventListener('abort', tell)
        resolve()
      }
      this.#relieved.add(tell)
      signal.addEventListener('abort', tell)
    })
  }

  /** `waiting: broker disk alarm`; `undefined` when nothing is in the way. */
  condition(): string | undefined {
    if (this.#lost.size > 0) {
      const since = `since ${Math.round((Date.now() - this.#lostAt) / 1_000)} s`
      return this.#refusal === undefined
        ? `waiting: broker unreachable ${since}`
        : `waiting: broker refuses ${since}: ${this.#refusal}`
    }
    if (this.#alarm !== undefined) return `waiting: ${this.#alarm}`
    return this.silent ? 'waiting: broker confirms nothing' : undefined
  }
}

/** RabbitMQ says `low on disk`, `low on memory`, or `low on memory & disk`. */
function alarmIn(reason: string): string {
  const resources = ['disk', 'memory'].filter((resource) => reason.includes(resource))
  return resources.length === 0
    ? `broker blocks publishing (${reason.slice(0, 100)})`
    : `broker ${resources.join(' and ')} alarm`
}
