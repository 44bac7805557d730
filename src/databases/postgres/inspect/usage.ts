import type { Client } from 'pg'
import type { DiskUsage } from '../../inspector.ts'

/** What this server has written to its log, and how large this database is. */
export async function readUsage(client: Client): Promise<DiskUsage> {
  const { rows } = await client.query<DiskUsage>(question)
  const [usage] = rows
  if (usage === undefined) throw new TypeError('A query without a table returned no row.')
  return usage
}

const question = `
  select pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0')::float8 as "walBytes",
    pg_catalog.pg_database_size(pg_catalog.current_database())::float8 as "databaseBytes"`
