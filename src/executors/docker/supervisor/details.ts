import type { JsonObject } from '../../../core/json.ts'
import type { Order } from '../../../supervision/order.ts'
import { type ApartOrder, guardOf } from '../apart/orders.ts'
import type { HiddenSecret } from './hidden-secrets.ts'

/** What another supervisor needs to take over from one that was killed. Nothing of it is secret. */
export interface Details extends JsonObject {
  readonly container: string
  readonly nonce: string
  readonly output: 'split' | 'merged'
  readonly quotaBytes: number
  /** Milliseconds that the task may take; 0 for no limit. */
  readonly timeoutMs: number
  /** Where what must not be seen is to be found again. */
  readonly hidden: readonly HiddenSecret[]
  /** The container whose network it shares, where it is kept apart; else none. */
  readonly guard: string
  /** The engine's address: another engine knows nothing of it. */
  readonly engine: string
}

/** The parts of an order that tell them. */
type Described = Order & { readonly apart?: ApartOrder } & Pick<Details, 'nonce' | 'hidden'> & {
    readonly name: string
    readonly engineAddress: string
  }

export function detailsOf(order: Described): Details {
  const { name, nonce, output, quotaBytes, timeoutMs = 0, hidden, engineAddress } = order
  const guard = order.apart === undefined ? '' : guardOf(name)
  return { container: name, guard, nonce, output, quotaBytes, timeoutMs, hidden, engine: engineAddress }
}
