import type { JsonObject } from '../../../core/json.ts'
import type { DockerOrder } from './order.ts'

/** What another supervisor needs to take over from one that was killed. Nothing of it is secret. */
export interface Details extends JsonObject {
  readonly container: string
  readonly nonce: string
  readonly output: 'split' | 'merged'
  readonly quotaBytes: number
}

export function detailsOf({ name, nonce, output, quotaBytes }: DockerOrder): Details {
  return { container: name, nonce, output, quotaBytes }
}
