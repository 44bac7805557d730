import { PurserError } from '../../../core/errors.ts'
import type { Delivery, SliceHint } from '../../queue.ts'
import type { HeldMessage } from './held.ts'

/** RabbitMQ closes a channel on which something is not acknowledged for 30 minutes. */
export const longestHoldMs = 10 * 60_000

/** A hint that RabbitMQ keeps for us as long as the connection lives on which it came: there is no lease to renew. */
export class RabbitMqDelivery implements Delivery {
  readonly hint: SliceHint
  readonly redelivered: boolean
  readonly #message: HeldMessage

  constructor(hint: SliceHint, redelivered: boolean, message: HeldMessage) {
    this.hint = hint
    this.redelivered = redelivered
    this.#message = message
  }

  /** Throws `DELIVERY_LOST` when the connection was lost on which it came, or it is dealt with. */
  async renew(): Promise<void> {
    if (this.#message.isOurs) return
    throw new PurserError('DELIVERY_LOST', {
      message: `Slice ${this.hint.slice} of batch ${this.hint.batch} is not held any more: it was dealt with, or the connection to RabbitMQ was lost on which it came.`,
      remedy: 'Nothing needs to be done: the slice is handed out again if it is not done.',
    })
  }

  async ack(): Promise<void> {
    this.#message.ack()
  }

  /** It is held here meanwhile, ten minutes at most. */
  async retry(delayMs: number): Promise<void> {
    if (delayMs <= 0) this.#message.giveBack()
    else this.#message.giveBackAfter(Math.min(delayMs, longestHoldMs))
  }
}
