import type { Client } from 'pg'
import { marker } from './sql.ts'

/** How many rows of each table were ever written, by its number. What was rolled back counts as well. */
export async function readWritten(client: Client): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ readonly id: string; readonly rows: number }>(
    `select ${marker} relid::text as id, (n_tup_ins + n_tup_upd + n_tup_del)::float8 as rows from pg_catalog.pg_stat_user_tables`,
  )
  return new Map(rows.map(({ id, rows: written }) => [id, written]))
}
