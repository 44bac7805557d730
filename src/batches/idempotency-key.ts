import { createHash } from 'node:crypto'
import type { Row } from '../tasks/batch.ts'

/** One text for a row in a batch: the same in every try, whatever slice the row is in by then. */
export function idempotencyKey(batch: string, key: readonly string[], row: Row): string {
  const values = key.map((column) => asText(row[column]))
  const digest = createHash('sha256').update(JSON.stringify([batch, ...values]))
  return `${batch}-${digest.digest('hex').slice(0, 32)}`
}

function asText(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
