import pg from 'pg'
import { PostgresDesk } from '../../src/databases/postgres/slice-ledger/desk.ts'
import type { Postgres } from './postgres.ts'
import { until } from './until.ts'

/** A database of its own on a server that others use too. */
export interface BatchDatabase extends AsyncDisposable {
  readonly url: string
  readonly client: pg.Client
  readonly desk: PostgresDesk
  rows<R>(text: string, values?: readonly unknown[]): Promise<readonly R[]>
  /** Ends leases, as if their time had gone by. */
  expireLeases(): Promise<void>
  /** Cuts the connections on which slices are worked on, and waits until they are gone. */
  cutWork(): Promise<void>
}

let made = 0

/** Makes a database; dropped with whoever is still connected. */
export async function makeBatchDatabase(server: Postgres, options = ''): Promise<BatchDatabase> {
  made += 1
  const database = `batches_${process.pid}_${made}`
  await server.query(`create database ${database} ${options}`)
  const url = server.url({ database })
  const client = new pg.Client({ connectionString: url, application_name: 'test' })
  await client.connect()
  client.on('error', () => {})
  const rows: BatchDatabase['rows'] = async (text, values = []) =>
    (await client.query(text, [...values])).rows as never
  return {
    url,
    client,
    desk: new PostgresDesk(client),
    rows,
    async expireLeases() {
      await rows(`update purser.slices set lease_until = now() - interval '1 s' where state = 1`)
    },
    async cutWork() {
      const mine = `datname = current_database() and application_name like 'purser batch-%'`
      await rows(`select pg_terminate_backend(pid) from pg_stat_activity where ${mine}`)
      await until(async () => (await rows(`select from pg_stat_activity where ${mine}`)).length === 0)
    },
    async [Symbol.asyncDispose]() {
      await client.end().catch(() => {})
      await server.query(`drop database if exists ${database} with (force)`)
    },
  }
}
