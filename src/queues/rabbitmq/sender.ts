import type { SliceHint, Unsent } from '../queue.ts'
import type { Broker } from './broker.ts'
import type { Link } from './connection/link.ts'
import { wordsOf } from './connection/refusals.ts'
import type { BrokerWatch } from './connection/watch.ts'
import { type Publishing, rejected } from './publishing.ts'

/** Sends hints, and believes only what RabbitMQ has confirmed in time and not returned. */
export class Sender {
  readonly #broker: Broker
  readonly #link: Link<Publishing>
  readonly #watch: BrokerWatch

  constructor(broker: Broker, link: Link<Publishing>, watch: BrokerWatch) {
    this.#broker = broker
    this.#link = link
    this.#watch = watch
  }

  async send(hints: readonly SliceHint[]): Promise<readonly Unsent[]> {
    if (hints.length === 0) return []
    const timeUp = AbortSignal.timeout(this.#broker.sendWithinMs)
    const publishing = await this.#ready(timeUp)
    if (typeof publishing === 'string') return hints.map((hint) => ({ hint, why: publishing }))
    return this.#publish(publishing, hints, timeUp)
  }

  /** Where to publish, or why that can't be done in time. */
  async #ready(timeUp: AbortSignal): Promise<Publishing | string> {
    const publishing = await this.#link.up(timeUp)
    if (publishing === undefined) {
      const { trouble } = this.#link
      return trouble === undefined ? this.#late() : `the broker is away: ${wordsOf(trouble)}`
    }
    // What is published now would wait in memory, and come a second time once it was sent again.
    await this.#watch.relief(timeUp)
    return this.#watch.alarm ?? (timeUp.aborted ? this.#late() : publishing)
  }

  async #publish(
    publishing: Publishing,
    hints: readonly SliceHint[],
    timeUp: AbortSignal,
  ): Promise<readonly Unsent[]> {
    const begunAt = performance.now()
    const unsent = new Map<number, string | undefined>(hints.map((_, index) => [index, undefined]))
    const settled = hints.map(async (hint, index) => {
      const why = await publishing.publish(hint)
      if (why === undefined) unsent.delete(index)
      else unsent.set(index, why)
    })
    await Promise.race([Promise.all(settled), aborted(timeUp)])
    publishing.tellAnswered(
      unsent.size < hints.length || [...unsent.values()].some((why) => why !== undefined && why !== rejected),
      begunAt,
    )
    const late = this.#watch.alarm ?? this.#late()
    return hints.flatMap((hint, index) =>
      unsent.has(index) ? [{ hint, why: unsent.get(index) ?? late }] : [],
    )
  }

  #late(): string {
    return `the broker did not confirm it within ${this.#broker.sendWithinMs / 1_000} s`
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
