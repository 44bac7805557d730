import type { AsyncMessage, Channel } from 'rabbitmq-client'
import type { Broker } from '../broker.ts'
import { SetUpAgain, type Station } from '../connection/link.ts'
import type { Session } from '../connection/session.ts'
import { ensureQueue } from '../queue/declare.ts'
import { within } from '../within.ts'
import { type Grant, HeldMessage } from './held.ts'

/** Who gets the messages. */
export interface Taker {
  /** Each as it comes. Nobody catches what it would throw. */
  take(message: AsyncMessage, held: HeldMessage): void
  /** How many wait for one. */
  readonly waiting: number
}

/** A consumer at RabbitMQ, which gets so many messages and then another for each that it settles. */
interface Consumer extends Grant {
  readonly tag: string
  readonly size: number
  unsettled: number
}

/** However many are asked for: RabbitMQ keeps books on each of them. */
export const holdAtMost = 500

/** A channel on which messages come, and on which alone they can be settled. */
export class Consuming implements Station {
  readonly #broker: Broker
  readonly #channel: Channel
  readonly #taker: Taker
  readonly #held = new Set<HeldMessage>()
  readonly ended: Promise<Error>
  #end: (reason: Error) => void = () => {}
  #consumer: Consumer | undefined
  #isWidening = false

  private constructor(broker: Broker, channel: Channel, taker: Taker) {
    this.#broker = broker
    this.#channel = channel
    this.#taker = taker
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    channel.once('error', (error: Error) => this.#end(error))
    channel.once('close', () => this.#lose())
    channel.on('basic.cancel', (tag) => {
      if (tag !== this.#consumer?.tag) return
      this.#end(
        new SetUpAgain(`The queue "${broker.queue}" was deleted under its consumer: it is made again.`),
      )
    })
  }

  static async setUp(session: Session, broker: Broker, taker: Taker): Promise<Consuming> {
    await ensureQueue(session, broker)
    const consuming = new Consuming(broker, await session.channel(), taker)
    await consuming.#consume(broker.prefetch)
    consuming.widen()
    return consuming
  }

  get heldCount(): number {
    return this.#held.size
  }

  /**
   * When somebody waits and all that was granted is held (worked on, put off, or not ours), another consumer takes the
   * place of this one, whose messages stay held. So what is held keeps nothing else from coming.
   */
  widen(): void {
    const consumer = this.#consumer
    if (consumer === undefined || this.#isWidening || this.#taker.waiting === 0) return
    if (consumer.unsettled < consumer.size || this.#held.size >= holdAtMost) return
    this.#isWidening = true
    this.#replace(consumer).then(
      () => {
        this.#isWidening = false
        this.widen() // the new one may be exhausted already
      },
      (error: unknown) => this.#end(error instanceof Error ? error : new Error(String(error))),
    )
  }

  /** Everything that is held goes back with the channel. */
  async close(): Promise<void> {
    await this.#channel.close()
  }

  async #replace(former: Consumer): Promise<void> {
    const inHand = [...this.#held].filter((held) => held.isInHand).length
    const wanted = Math.max(this.#broker.prefetch, inHand + this.#taker.waiting)
    await this.#consume(Math.min(wanted, holdAtMost - this.#held.size))
    await within(this.#broker.answerWithinMs, this.#channel.basicCancel(former.tag))
  }

  async #consume(size: number): Promise<void> {
    const { queue, answerWithinMs } = this.#broker
    const consumer = { tag: `purser-${process.pid}-${++consumers}`, size, unsettled: 0 }
    const settled = (message: HeldMessage) => {
      consumer.unsettled -= 1
      this.#held.delete(message)
      this.widen()
    }
    const take = (message: AsyncMessage) => {
      const held = new HeldMessage(this.#channel, message.deliveryTag, { settled })
      consumer.unsettled += 1
      this.#held.add(held)
      this.#taker.take(message, held)
      this.widen()
    }
    this.#consumer = Object.assign(consumer, { settled })
    await within(answerWithinMs, this.#channel.basicQos({ prefetchCount: size }))
    await within(answerWithinMs, this.#channel.basicConsume({ queue, consumerTag: consumer.tag }, take))
  }

  #lose(): void {
    for (const held of this.#held) held.lose()
    this.#held.clear()
    this.#end(new Error('its channel was closed'))
  }
}

let consumers = 0
