import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Channel } from 'rabbitmq-client'
import { encodeHint } from '../hint-codec.ts'
import type { SliceHint } from '../queue.ts'
import type { Broker } from './broker.ts'
import type { Station } from './connection/link.ts'
import { codeOf, wordsOf } from './connection/refusals.ts'
import type { Session } from './connection/session.ts'
import type { BrokerWatch } from './connection/watch.ts'
import { ensureQueue } from './queue/declare.ts'
import { reviveQueue } from './queue/revive.ts'
import { within } from './within.ts'

/** What RabbitMQ says at once where a queue can't keep anything: one whose process does not run, too. */
export const rejected = 'the broker rejected it'

/** After so many calls of which RabbitMQ confirmed nothing, one after another, the queue is looked at. */
const silentCalls = 2

/** A channel on which every message is confirmed. */
export class Publishing implements Station {
  readonly #broker: Broker
  readonly #session: Session
  readonly #channel: Channel
  readonly #watch: BrokerWatch
  readonly #returned = new Map<string, string>()
  readonly ended: Promise<Error>
  #count = 0
  #finding: Promise<unknown> | undefined
  #silent = 0
  #silentUntil = 0

  private constructor(broker: Broker, session: Session, channel: Channel, watch: BrokerWatch) {
    this.#broker = broker
    this.#watch = watch
    this.#session = session
    this.#channel = channel
    this.ended = new Promise((resolve) => {
      channel.once('close', () => resolve(new Error('its channel was closed')))
    })
    channel.on('basic.return', ({ messageId, replyText }) => {
      this.#returned.set(messageId ?? '', `the queue "${broker.queue}" did not take it: ${replyText}`)
      this.#finding = undefined
    })
  }

  static async setUp(session: Session, broker: Broker, watch: BrokerWatch): Promise<Publishing> {
    session.connection.on('connection.blocked', (reason) => watch.blocked(reason))
    session.connection.on('connection.unblocked', () => watch.unblocked())
    void session.ended.then(() => watch.forgetAlarm())
    await ensureQueue(session, broker)
    const channel = await session.channel()
    await within(broker.answerWithinMs, channel.confirmSelect())
    const publishing = new Publishing(broker, session, channel, watch)
    publishing.#finding = Promise.resolve()
    return publishing
  }

  /** Why it is not in the queue for certain; `undefined` when it is. */
  async publish(hint: SliceHint): Promise<string | undefined> {
    const messageId = String(++this.#count)
    const envelope = {
      routingKey: this.#broker.queue,
      mandatory: true,
      durable: true,
      appId: 'purser',
      messageId,
    }
    try {
      // One that came back says that the queue is gone.
      this.#finding ??= ensureQueue(this.#session, this.#broker)
      await this.#finding
      await this.#channel.basicPublish(envelope, encodeHint(hint))
    } catch (error) {
      this.#finding = undefined
      if (codeOf(error) === 'NACK') return rejected
      return `the broker did not confirm it: ${wordsOf(error)}`
    }
    // On the wire a return comes before the confirmation. The client resolves that at once and tells the return in the
    // next turn: after that turn it is known.
    await nextTurn()
    const why = this.#returned.get(messageId)
    this.#returned.delete(messageId)
    return why
  }

  /** Whether anything but rejections was heard about what a call has published that began then. Calls at the same time are one. */
  tellAnswered(isAnswered: boolean, begunAt: number): void {
    if (isAnswered || this.#watch.alarm !== undefined) {
      this.#silent = 0
    } else {
      if (begunAt < this.#silentUntil) return
      this.#silent += 1
      this.#silentUntil = performance.now()
    }
    this.#watch.silent = this.#silent >= silentCalls
    if (this.#silent === silentCalls) this.#revive()
  }

  #revive(): void {
    this.#watch.report(
      `The queue "${this.#broker.queue}" confirms nothing though ${this.#broker.name} answers. If it is empty it is made anew; otherwise see whether it has a leader: \`rabbitmqctl list_queues name leader\`.`,
    )
    this.#finding = reviveQueue(this.#session, this.#broker)
    this.#finding.catch(() => {}) // whoever publishes next hears of it
  }

  async close(): Promise<void> {
    await this.#channel.close()
  }
}
