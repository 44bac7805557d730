import type { Sql } from '../sql.ts'
import { rawSql } from '../sql.ts'
import type { SignalContext } from '../throttle.ts'

/** Sessions that are not purser's own, of a `pg_stat_activity` that is called `a`. Every role sees that column. */
export const notOurs = rawSql(`coalesce(a.application_name, '') !~ '^purser($|[^A-Za-z0-9_])'`)

/** The only row of a query that has one. */
export async function oneRow(
  { query }: SignalContext,
  text: Sql,
): Promise<Readonly<Record<string, unknown>>> {
  const [row] = await query(text)
  if (row === undefined) throw new Error('the database answered nothing')
  return row
}

/** A number, as text or as one: drivers differ. */
export function numberIn(row: Readonly<Record<string, unknown>>, column: string): number {
  const value = row[column]
  const number = typeof value === 'string' ? Number.parseFloat(value) : Number(value ?? Number.NaN)
  if (Number.isNaN(number)) throw new Error(`the database gave no number as ${column}`)
  return number
}

/** A sentence for a role that may not see what a signal reads. */
export const grantMonitor = "grant pg_monitor to the batch's database role"
