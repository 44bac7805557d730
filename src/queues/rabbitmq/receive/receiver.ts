import type { AsyncMessage } from 'rabbitmq-client'
import { decodeHint } from '../../hint-codec.ts'
import type { Delivery } from '../../queue.ts'
import type { Broker } from '../broker.ts'
import type { Link } from '../connection/link.ts'
import type { BrokerWatch } from '../connection/watch.ts'
import { type Consuming, holdAtMost, type Taker } from './consuming.ts'
import type { HeldMessage } from './held.ts'
import { longestHoldMs, RabbitMqDelivery } from './rabbitmq-delivery.ts'
import { textOf } from './text.ts'
import { Waiters } from './waiters.ts'

interface Stocked {
  readonly delivery: Delivery
  readonly message: HeldMessage
}

/** Hands out what RabbitMQ sends, and keeps a small stock. What is not purser's is held and left alone. */
export class Receiver implements Taker {
  readonly #broker: Broker
  readonly #link: Link<Consuming>
  readonly #watch: BrokerWatch
  readonly #waiters = new Waiters()
  readonly #told = new Set<string>()
  #stock: Stocked[] = []

  constructor(broker: Broker, link: Link<Consuming>, watch: BrokerWatch) {
    this.#broker = broker
    this.#link = link
    this.#watch = watch
  }

  async receive(waitMs: number, signal: AbortSignal | undefined): Promise<Delivery | undefined> {
    if (signal?.aborted) return undefined
    this.#link.start()
    const stocked = this.#fromStock()
    if (stocked !== undefined) return this.#handOut(stocked)
    const delivery = this.#waiters.wait(waitMs, signal)
    this.#link.station?.widen()
    this.#tellIfFull()
    return delivery
  }

  /** What is in stock, at most so many. */
  receiveMore(most: number): readonly Delivery[] {
    const more: Delivery[] = []
    while (more.length < most) {
      const stocked = this.#fromStock()
      if (stocked === undefined) break
      more.push(this.#handOut(stocked))
    }
    return more
  }

  get waiting(): number {
    return this.#waiters.count
  }

  take(raw: AsyncMessage, message: HeldMessage): void {
    const content = decodeHint(textOf(raw.body))
    if ('foreign' in content) {
      this.#leaveAlone(content.foreign, message)
    } else {
      const delivery = new RabbitMqDelivery(content, raw.redelivered, message)
      if (this.waiting === 0) this.#putInStock({ delivery, message })
      else this.#waiters.give(this.#handOut({ delivery, message }))
    }
    this.#tellIfFull()
  }

  /** `waiting: …` when nothing more comes, since all that may be held is. */
  condition(): string | undefined {
    return this.#isFull() ? `waiting: ${this.#fullness()}` : undefined
  }

  close(): void {
    this.#stock = []
    this.#waiters.close()
  }

  #fromStock(): Stocked | undefined {
    for (;;) {
      const stocked = this.#stock.shift()
      if (stocked === undefined || stocked.message.isOurs) return stocked
    }
  }

  #handOut({ delivery, message }: Stocked): Delivery {
    message.take()
    return delivery
  }

  /** Not for ever: RabbitMQ would close the channel. */
  #putInStock(stocked: Stocked): void {
    stocked.message.giveBackAfter(longestHoldMs)
    this.#stock = this.#stock.filter(({ message }) => message.isOurs)
    this.#stock.push(stocked)
  }

  #leaveAlone(why: string, message: HeldMessage): void {
    message.giveBackAfter(longestHoldMs)
    this.#tellOnce(
      why,
      `A message in the queue "${this.#broker.queue}" at ${this.#broker.name} is not for this purser: ${why}. It is left alone, as are others like it.`,
    )
  }

  #tellIfFull(): void {
    if (this.#isFull()) this.#tellOnce('full', `${this.#broker.name}: ${this.#fullness()}.`)
  }

  #isFull(): boolean {
    const held = this.#link.station?.heldCount ?? 0
    return held >= holdAtMost && this.waiting > 0
  }

  #fullness(): string {
    return `${holdAtMost} messages of the queue "${this.#broker.queue}" are held, put off or not for this purser, and no more are taken`
  }

  #tellOnce(key: string, sentence: string): void {
    if (this.#told.has(key) || this.#told.size >= tellAtMost) return
    this.#told.add(key)
    this.#watch.report(sentence)
  }
}

const tellAtMost = 20
