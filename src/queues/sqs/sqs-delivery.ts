import { PurserError } from '../../core/errors.ts'
import type { Delivery } from '../queue.ts'
import type { HeldMessage } from './held-message.ts'
import type { Keeper } from './keeper.ts'

/** A held message in the hands of whoever received it. `remove` deletes it in the background. */
export function deliveryOf(message: HeldMessage, keeper: Keeper, remove: (handle: string) => void): Delivery {
  const { hint, redelivered, handle } = message
  return {
    hint,
    redelivered,
    async renew(leaseMs) {
      if (message.lost === undefined) {
        message.want(leaseMs)
        await keeper.extend(message)
      }
      if (message.lost !== undefined) throw lost(message, message.lost)
    },
    async ack() {
      if (message.isSettled) return
      message.isSettled = true
      message.lost ??= 'it was acknowledged'
      keeper.forget(message)
      remove(handle)
    },
    async retry(delayMs) {
      await keeper.giveBack(message, delayMs)
    },
  }
}

function lost({ hint: { batch, slice } }: HeldMessage, why: string): PurserError {
  return new PurserError('DELIVERY_LOST', {
    message: `The message for slice ${slice} of batch ${batch} is held no more: ${why}.`,
    remedy: 'Nothing is lost: the slice is handed out again, and its ledger lets it take effect once.',
  })
}
