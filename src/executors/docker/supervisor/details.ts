import type { JsonObject } from '../../../core/json.ts'
import type { Order } from '../../../supervision/order.ts'

/** What another supervisor needs to take over from one that was killed. Nothing of it is secret. */
export interface Details extends JsonObject {
  readonly container: string
  readonly nonce: string
  readonly output: 'split' | 'merged'
  readonly quotaBytes: number
  /** Milliseconds that the task may take; 0 for no limit. */
  readonly timeoutMs: number
  /** Names, not values, of what must not be seen. */
  readonly hidden: readonly string[]
}

export function detailsOf(order: Order & { readonly name: string; readonly nonce: string }): Details {
  const { name, nonce, output, quotaBytes, timeoutMs = 0, secrets } = order
  const hidden = [...new Set(secrets.map((secret) => secret.name))]
  return { container: name, nonce, output, quotaBytes, timeoutMs, hidden }
}
