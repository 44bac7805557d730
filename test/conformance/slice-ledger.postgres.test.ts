import { afterAll, beforeAll, describe } from 'vitest'
import { PostgresSliceLedger } from '../../src/databases/postgres/slice-ledger/postgres-slice-ledger.ts'
import { rawSql } from '../../src/tasks/sql.ts'
import { makeBatchDatabase } from '../support/batch-database.ts'
import { allPrograms, type Postgres, startPostgres } from '../support/postgres.ts'
import { until } from '../support/until.ts'
import { describeSliceLedger } from './slice-ledger.ts'

describe.each(await allPrograms())('PostgreSQL $version', (programs) => {
  let server: Postgres
  beforeAll(async () => {
    server = await startPostgres('p-w', { programs })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  describeSliceLedger('its slice ledger', async () => {
    const database = await makeBatchDatabase(server)
    const { url, rows, desk, expireLeases, cutWork } = database
    await rows('create table places (id bigint primary key, applied int not null)')
    return {
      desk,
      expireLeases,
      cutWork,
      open: async () => new PostgresSliceLedger(url),
      run: async (statement) => void (await rows(statement)),
      applied: async () =>
        (await rows<{ applied: number }>('select applied from places order by id')).map(
          ({ applied }) => applied,
        ),
      slowZero: (ms) =>
        rawSql(`(select count(*) from (select pg_sleep(${ms / 1000}) where id is not null) s)::int * 0`),
      untilSlow: () =>
        until(
          async () =>
            (
              await rows(
                `select from pg_stat_activity where wait_event = 'PgSleep' and pid <> pg_backend_pid()`,
              )
            ).length > 0,
        ),
      failing: 'select 1 / 0',
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    }
  })
})
