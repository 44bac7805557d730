import { createHash } from 'node:crypto'
import type { Key } from '../runs/slice.ts'

/** One text for a row in a batch: the same in every try, whatever slice the row is in by then. */
export function idempotencyKey(batch: string, key: Key): string {
  const digest = createHash('sha256').update(JSON.stringify([batch, ...key]))
  return `${batch}-${digest.digest('hex').slice(0, 32)}`
}
