import type { Client } from 'pg'
import { marker } from '../sql.ts'
import { hashOf } from './canonical.ts'
import { readableTables } from './tables.ts'

interface AskedColumn {
  readonly table: string
  readonly column: string
}

/** How many different values columns have, by `schema.table.column`; those that are not there are left out. */
export async function countDistinct(
  client: Client,
  asked: readonly AskedColumn[],
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  const names = new Set(asked.map(({ table, column }) => `${table}.${column}`))
  for (const table of await readableTables(client, [...new Set(asked.map((one) => one.table))])) {
    for (const { name, value, text } of table.columns) {
      const whole = `${table.name}.${name}`
      if (!names.has(whole)) continue
      // grouped by hashes, which take less room than the values
      const { rows } = await client.query<{ readonly count: string }>(
        `select ${marker} count(*)::text as count
         from (select from ${table.from} where num_nonnulls(${value}) > 0 group by ${hashOf(text)}) different`,
      )
      counts.set(whole, Number(rows[0]?.count))
    }
  }
  return counts
}
