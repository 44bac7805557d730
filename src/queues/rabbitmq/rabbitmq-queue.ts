import type { Delivery, Queue, QueueOptions, SliceHint, Unsent } from '../queue.ts'
import { type Broker, brokerOf } from './broker.ts'
import { Link } from './connection/link.ts'
import { connectionRefusal } from './connection/refusals.ts'
import { connect, type Session } from './connection/session.ts'
import { BrokerWatch } from './connection/watch.ts'
import { Publishing } from './publishing.ts'
import { inspectQueue } from './queue/declare.ts'
import { Consuming } from './receive/consuming.ts'
import { Receiver } from './receive/receiver.ts'
import { Sender } from './sender.ts'

/**
 * A quorum queue of RabbitMQ, 3.8 or later. Settings: `queue` (its name, `purser`), `prefetch` (4 to 64), `ca` (the path of a
 * file with the CA of the server's certificate), `sendWithinMs` and `answerWithinMs` (5,000).
 *
 * Connects once and looks at the queue, which is made unless it exists. Throws `QUEUE_UNREACHABLE` when no RabbitMQ
 * answers in time, `QUEUE_REFUSED` when it says no or its queue can't serve, and `PACKAGE_MISSING`.
 */
export async function openRabbitMqQueue(options: QueueOptions): Promise<Queue> {
  const broker = await brokerOf(options)
  const session = await connect(broker, new AbortController().signal)
  try {
    const remark = await Promise.race([inspectQueue(session, broker), session.ended])
    if (remark instanceof Error) throw remark
    if (remark !== undefined) options.report(remark)
  } catch (error) {
    session.destroy()
    throw connectionRefusal(broker, error)
  }
  return new RabbitMqQueue(broker, session, options.report)
}

/** One connection to publish and one to consume: an alarm of the broker's blocks the first only. */
class RabbitMqQueue implements Queue {
  readonly #watch: BrokerWatch
  readonly #publishing: Link<Publishing>
  readonly #consuming: Link<Consuming>
  readonly #sender: Sender
  readonly #receiver: Receiver
  #spare: Session | undefined

  constructor(broker: Broker, first: Session, report: (sentence: string) => void) {
    this.#spare = first
    void first.ended.then(() => {
      if (this.#spare === first) this.#spare = undefined
    })
    const watch = new BrokerWatch(broker.name, report)
    const dial = async (signal: AbortSignal) => this.#takeSpare() ?? connect(broker, signal)
    this.#watch = watch
    this.#publishing = new Link({
      dial,
      watch,
      setUp: (session) => Publishing.setUp(session, broker, watch),
    })
    this.#consuming = new Link({
      dial,
      watch,
      setUp: (session) => Consuming.setUp(session, broker, this.#receiver),
    })
    this.#sender = new Sender(broker, this.#publishing, watch)
    this.#receiver = new Receiver(broker, this.#consuming, watch)
  }

  send(hints: readonly SliceHint[]): Promise<readonly Unsent[]> {
    return this.#sender.send(hints)
  }

  receive({ waitMs }: { readonly waitMs: number }, signal?: AbortSignal): Promise<Delivery | undefined> {
    return this.#receiver.receive(waitMs, signal)
  }

  async receiveMore(most: number): Promise<readonly Delivery[]> {
    return this.#receiver.receiveMore(most)
  }

  condition(): string | undefined {
    return this.#watch.condition() ?? this.#receiver.condition()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#receiver.close()
    await Promise.all([
      this.#takeSpare()?.close(spareWithinMs),
      this.#publishing.close(),
      this.#consuming.close(),
    ])
  }

  /** The connection that proved RabbitMQ to be there serves whoever needs one first. */
  #takeSpare(): Session | undefined {
    const spare = this.#spare
    this.#spare = undefined
    return spare
  }
}

const spareWithinMs = 1_000
