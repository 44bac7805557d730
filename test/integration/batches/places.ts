import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { sql } from '../../../src/tasks/sql.ts'
import { type BatchDatabase, makeBatchDatabase } from '../../support/batch-database.ts'
import { type Postgres, type Programs, startPostgres } from '../../support/postgres.ts'
import type { Drive } from './drive.ts'

export const places = { table: 'places', key: ['id'] }
export const increment = (slice: Parameters<Extract<Drive, { statement: unknown }>['statement']>[0]) =>
  sql`update places set applied = applied + 1 where ${slice}`

/** What `process` does to its rows, each once. */
export const incrementRows: Extract<Drive, { process: unknown }>['process'] = async ({ rows, tx }) => {
  await tx.query('update places set applied = applied + 1 where id = any($1)', [rows.map(({ id }) => id)])
}

export interface Places {
  readonly server: Postgres
  readonly database: BatchDatabase
  fill(rows: number): Promise<void>
  /** `[0, 3], [1, 97]`: three rows were not done, and 97 were done once. */
  applied(): Promise<readonly (readonly [times: number, rows: number])[]>
}

/** A server for a file's tests, and a database with a table `places` for each. */
export function withPlaces(programs: Programs): Places {
  let server: Postgres
  let database: BatchDatabase
  beforeAll(async () => {
    server = await startPostgres('secret', { programs })
  })
  afterAll(() => server[Symbol.asyncDispose]())
  beforeEach(async () => {
    database = await makeBatchDatabase(server)
    await database.rows('create table places (id int primary key, applied int not null default 0)')
  })
  afterEach(() => database[Symbol.asyncDispose]())
  return {
    get server() {
      return server
    },
    get database() {
      return database
    },
    fill: async (rows) =>
      void (await database.rows('insert into places select generate_series(1, $1::int)', [rows])),
    applied: async () =>
      (
        await database.rows<{ applied: number; rows: number }>(
          'select applied, count(*)::int as rows from places group by 1 order by 1',
        )
      ).map(({ applied, rows }) => [applied, rows] as const),
  }
}
