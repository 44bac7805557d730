import type { Channel } from 'rabbitmq-client'

/**
 * Acknowledgements of one channel that wait for others, to go as one. A hint that is dealt with is no matter when it
 * comes again, and RabbitMQ is busy with each of them.
 */
export class Acks {
  readonly #channel: Channel
  #tags: number[] = []

  constructor(channel: Channel) {
    this.#channel = channel
  }

  get waiting(): number {
    return this.#tags.length
  }

  add(deliveryTag: number): void {
    this.#tags.push(deliveryTag)
  }

  /** Tells RabbitMQ. One acknowledgement is for all before it, unless one of those is held: `lowestHeld` is the first. */
  flush(lowestHeld = Number.POSITIVE_INFINITY): void {
    const tags = this.#tags.sort((a, b) => a - b)
    this.#tags = []
    if (!this.#channel.active) return
    const last = tags.findLast((tag) => tag < lowestHeld)
    if (last !== undefined) this.#channel.basicAck({ deliveryTag: last, multiple: true })
    for (const deliveryTag of tags) if (deliveryTag > lowestHeld) this.#channel.basicAck({ deliveryTag })
  }
}
