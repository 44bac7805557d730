import { randomBytes } from 'node:crypto'
import type { ComparisonKey } from './keyed.ts'

/** What a probe is asked; the same for the app and for the twin. */
export interface ProbeRequest {
  /** Letters and digits that nothing else prints: `newNonce()`. */
  readonly nonce: string
  /** One for all probes that are to be compared. */
  readonly key: ComparisonKey
  /** Asks the app's own node as well, which takes it some 40 ms. */
  readonly withNode: boolean
  /** Further files whose contents are compared under the key: absolute paths of single mounted files. */
  readonly files: readonly string[]
}

export function newNonce(): string {
  return randomBytes(12).toString('hex')
}
