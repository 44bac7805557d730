import { expect, it } from 'vitest'
import { PostgresSliceLedger } from '../../../src/databases/postgres/slice-ledger/postgres-slice-ledger.ts'
import { allPrograms, startPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'

const [slices, early, late] = [4_000, 10, 20]

it.each(await allPrograms())(
  'on PostgreSQL $version a claim reads its own slices, also in a batch that was small when the worker began',
  async (programs) => {
    await using server = await startPostgres('many-claims', { programs, settings: ['autovacuum=off'] })
    await server.query('create table places (id bigint primary key)')
    await server.query('insert into places select generate_series(1, 10000)')
    const source = { table: 'places', key: ['id'] }
    const plan = { id: 'many', task: 'many', definition: '', parameters: {}, source, leaseMs: 60_000 }
    const counted = async () => {
      const [row] = await server.query(
        `select coalesce(idx_tup_fetch, 0) + seq_tup_read as read, n_tup_upd as claimed from pg_stat_user_tables
       where schemaname = 'purser' and relname = 'slices'`,
      )
      return { read: Number(row?.read), claimed: Number(row?.claimed) }
    }
    await using ledger = new PostgresSliceLedger(server.url())
    await using lead = await ledger.begin(plan)
    const shop = await ledger.open({ batch: 'many', worker: 'one', source, leaseMs: 60_000, sliceMs: 60_000 })
    // the server makes up its mind about a statement when it sees it for the sixth time
    for (let n = 0; n < early; n += 1) {
      await lead.extend(1, 1)
      expect(await shop.claim(1, false)).toHaveLength(1)
    }
    for (let planned = 0; planned < slices; planned += 500) await lead.extend(500, 1)
    await lead.tally()
    for (let n = 0; n < late; n += 1) expect(await shop.claim(1, false)).toHaveLength(1)
    await shop[Symbol.asyncDispose]()
    // what a session did is told when it ends
    await until(async () => (await counted()).claimed >= early + late)
    expect((await counted()).read).toBeLessThan(slices * 5)
  },
)
