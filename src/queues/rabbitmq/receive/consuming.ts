import type { AsyncMessage, Channel } from 'rabbitmq-client'
import { Stride } from '../../../core/stride.ts'
import type { Broker } from '../broker.ts'
import { SetUpAgain, type Station } from '../connection/link.ts'
import type { Session } from '../connection/session.ts'
import { ensureQueue } from '../queue/declare.ts'
import { within } from '../within.ts'
import { Acks } from './acks.ts'
import { HeldMessage } from './held.ts'

/** Who gets the messages. */
export interface Taker {
  /** Each as it comes. Nobody catches what it would throw. */
  take(message: AsyncMessage, held: HeldMessage): void
  /** How many wait for one. */
  readonly waiting: number
}

/** A consumer at RabbitMQ, which gets so many messages and then another for each that it settles. */
interface Consumer {
  readonly tag: string
  readonly size: number
  unsettled: number
}

/** However many are asked for: RabbitMQ keeps books on each of them. */
export const holdAtMost = 500

/** For about so long the stock is to last. */
const stockMs = 50
const ackWithinMs = 50

/** A channel on which messages come, and on which alone they can be settled. */
export class Consuming implements Station {
  readonly #broker: Broker
  readonly #channel: Channel
  readonly #taker: Taker
  /** In the order in which they came, which is that of their tags. */
  readonly #held = new Set<HeldMessage>()
  readonly #acks: Acks
  readonly #stride: Stride
  readonly ended: Promise<Error>
  #end: (reason: Error) => void = () => {}
  #consumer: Consumer | undefined
  #isReplacing = false
  /** How many messages are asked for at once, and how many were dealt with since that was decided. */
  #stock: number
  #used = 0
  #flushing: NodeJS.Timeout | undefined

  private constructor(broker: Broker, channel: Channel, taker: Taker) {
    this.#broker = broker
    this.#channel = channel
    this.#taker = taker
    this.#acks = new Acks(channel)
    this.#stride = new Stride({ ...broker.prefetch, aboutMs: stockMs })
    this.#stock = broker.prefetch.least
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
    await consuming.#consume(broker.prefetch.least)
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
    if (consumer === undefined || this.#taker.waiting === 0) return
    this.#flush()
    if (consumer.unsettled < consumer.size || this.#held.size >= holdAtMost) return
    this.#replace(consumer)
  }

  /** Everything that is held goes back with the channel. */
  async close(): Promise<void> {
    this.#flush()
    await this.#channel.close()
  }

  #replace(former: Consumer): void {
    if (this.#isReplacing) return
    this.#isReplacing = true
    this.#consumeInsteadOf(former).then(
      () => {
        this.#isReplacing = false
        this.widen() // the new one may be exhausted already
      },
      (error: unknown) => this.#end(error instanceof Error ? error : new Error(String(error))),
    )
  }

  async #consumeInsteadOf(former: Consumer): Promise<void> {
    const inHand = [...this.#held].filter((held) => held.isInHand).length
    const wanted = Math.max(this.#stock, inHand + this.#taker.waiting)
    await this.#consume(Math.max(1, Math.min(wanted, holdAtMost - this.#held.size)))
    await within(this.#broker.answerWithinMs, this.#channel.basicCancel(former.tag))
  }

  async #consume(size: number): Promise<void> {
    const { queue, answerWithinMs } = this.#broker
    const consumer: Consumer = { tag: `purser-${process.pid}-${++consumers}`, size, unsettled: 0 }
    const settled = (message: HeldMessage) => {
      consumer.unsettled -= 1
      this.#held.delete(message)
    }
    const acked = (message: HeldMessage) => {
      settled(message)
      this.#ackSoon(message)
      this.widen()
    }
    const returned = (message: HeldMessage) => {
      settled(message)
      this.widen()
    }
    const take = (message: AsyncMessage) => {
      const held = new HeldMessage(this.#channel, message.deliveryTag, { acked, returned })
      consumer.unsettled += 1
      this.#held.add(held)
      this.#taker.take(message, held)
      this.widen()
    }
    this.#consumer = consumer
    await within(answerWithinMs, this.#channel.basicQos({ prefetchCount: size }))
    await within(answerWithinMs, this.#channel.basicConsume({ queue, consumerTag: consumer.tag }, take))
  }

  /** Together with others, as long as that keeps nothing from coming. */
  #ackSoon({ deliveryTag }: HeldMessage): void {
    this.#acks.add(deliveryTag)
    this.#used += 1
    if (this.#used >= this.#stock) this.#takeStock()
    if (this.#acks.waiting * 2 >= this.#stock) this.#flush()
    else this.#flushing ??= setTimeout(() => this.#flush(), ackWithinMs)
  }

  #flush(): void {
    clearTimeout(this.#flushing)
    this.#flushing = undefined
    const [lowest] = this.#held
    this.#acks.flush(lowest?.deliveryTag)
  }

  /** As many are asked for at once as are used up in a while: each costs less then, and none waits for long. */
  #takeStock(): void {
    this.#used = 0
    this.#stock = this.#stride.next()
    const consumer = this.#consumer
    if (consumer !== undefined && consumer.size !== this.#stock) this.#replace(consumer)
  }

  #lose(): void {
    clearTimeout(this.#flushing)
    for (const held of this.#held) held.lose()
    this.#held.clear()
    this.#end(new Error('its channel was closed'))
  }
}

let consumers = 0
