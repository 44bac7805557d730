import type { Channel } from 'rabbitmq-client'

/** Who counts what is held: a consumer gets no more from RabbitMQ than it was granted. */
export interface Grant {
  /** It is dealt with, which RabbitMQ is to be told. */
  acked(message: HeldMessage): void
  /** RabbitMQ has it back. */
  returned(message: HeldMessage): void
}

/** A message that RabbitMQ has handed to this process, until it is acknowledged, given back, or its channel is lost. */
export class HeldMessage {
  readonly deliveryTag: number
  readonly #channel: Channel
  readonly #grant: Grant
  #isSettled = false
  #isInHand = false
  #timer: NodeJS.Timeout | undefined

  constructor(channel: Channel, deliveryTag: number, grant: Grant) {
    this.#channel = channel
    this.deliveryTag = deliveryTag
    this.#grant = grant
  }

  get isOurs(): boolean {
    return !this.#isSettled && this.#channel.active
  }

  /** Whether somebody works on it, and it neither waits nor is put off. */
  get isInHand(): boolean {
    return this.#isInHand && this.isOurs
  }

  take(): void {
    this.#forgetTime()
    this.#isInHand = true
  }

  ack(): void {
    if (this.#settle()) this.#grant.acked(this)
  }

  giveBack(): void {
    if (!this.#settle()) return
    try {
      // From 4.3 on a rejected message counts towards a delivery limit, and one that is not acknowledged this way doesn't.
      const { deliveryTag } = this
      if (this.#channel.active) this.#channel.basicNack({ deliveryTag, requeue: true })
    } finally {
      this.#grant.returned(this)
    }
  }

  /** Gives it back after so long, unless it is taken before. */
  giveBackAfter(ms: number): void {
    this.#forgetTime()
    this.#isInHand = false
    if (!this.#isSettled) this.#timer = setTimeout(() => this.giveBack(), ms)
  }

  /** Its channel is no more: RabbitMQ has it back. */
  lose(): void {
    this.#settle()
  }

  /** Once, since RabbitMQ closes the channel of whoever settles a message a second time. */
  #settle(): boolean {
    this.#forgetTime()
    const isFirst = !this.#isSettled
    this.#isSettled = true
    return isFirst
  }

  #forgetTime(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
