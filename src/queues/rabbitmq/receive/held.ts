import type { Channel } from 'rabbitmq-client'

/** Who counts what is held: a consumer gets no more from RabbitMQ than it was granted. */
export interface Grant {
  settled(message: HeldMessage): void
}

/** A message that RabbitMQ has handed to this process, until it is acknowledged, given back, or its channel is lost. */
export class HeldMessage {
  readonly #channel: Channel
  readonly #deliveryTag: number
  readonly #grant: Grant
  #isSettled = false
  #isInHand = false
  #timer: NodeJS.Timeout | undefined

  constructor(channel: Channel, deliveryTag: number, grant: Grant) {
    this.#channel = channel
    this.#deliveryTag = deliveryTag
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
    this.#settle((deliveryTag) => this.#channel.basicAck({ deliveryTag }))
  }

  giveBack(): void {
    // From 4.3 on a rejected message counts towards a delivery limit, and one that is not acknowledged this way doesn't.
    this.#settle((deliveryTag) => this.#channel.basicNack({ deliveryTag, requeue: true }))
  }

  /** Gives it back after so long, unless it is taken before. */
  giveBackAfter(ms: number): void {
    this.#forgetTime()
    this.#isInHand = false
    if (!this.#isSettled) this.#timer = setTimeout(() => this.giveBack(), ms)
  }

  /** Its channel is no more: RabbitMQ has it back. */
  lose(): void {
    this.#forgetTime()
    this.#isSettled = true
  }

  /** Once, since RabbitMQ closes the channel of whoever settles a message a second time. */
  #settle(tell: (deliveryTag: number) => void): void {
    this.#forgetTime()
    if (this.#isSettled) return
    this.#isSettled = true
    try {
      if (this.#channel.active) tell(this.#deliveryTag)
    } finally {
      this.#grant.settled(this)
    }
  }

  #forgetTime(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
