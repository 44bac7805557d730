import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PostgresSliceLedger } from '../../../src/databases/postgres/slice-ledger/postgres-slice-ledger.ts'
import { quoteName } from '../../../src/databases/postgres/slice-ledger/render.ts'
import type { WorkshopPlan } from '../../../src/databases/slice-ledger.ts'
import { rawSql, sql } from '../../../src/tasks/sql.ts'
import { type BatchDatabase, makeBatchDatabase } from '../../support/batch-database.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { type KeyType, keyTypes, preparation } from './key-types.ts'

/** What happens between two looks of the lead. */
interface Step {
  readonly insert: readonly (readonly string[])[]
  /** Which of those there are, by their number. */
  readonly remove: readonly number[]
  readonly slices: number
  readonly rows: number
  readonly work: number
}

const columnNames = ['n', 'Key "1"', 'select', 'total', 'o.k', "it's", 'rows', 'upper', 'b'] as const
const tableNames = ['b', '"Odd. schema"."Ta.ble ""x"""', 'purser_rows', '"Odd. schema".o'] as const
// each unlike what the lead has
const settings = [
  '',
  '-c DateStyle=German,DMY -c TimeZone=Asia/Kathmandu',
  '-c IntervalStyle=sql_standard -c DateStyle=SQL,MDY -c extra_float_digits=-5',
  '-c search_path=pg_catalog -c bytea_output=escape -c default_transaction_isolation=serializable',
] as const

function runOf(types: readonly KeyType[]) {
  const key = fc.tuple(...types.map(({ values }) => values))
  const step: fc.Arbitrary<Step> = fc.record({
    insert: fc.array(key, { maxLength: 6 }),
    remove: fc.array(fc.nat(), { maxLength: 4 }),
    slices: fc.integer({ min: 1, max: 3 }),
    rows: fc.integer({ min: 1, max: 9 }),
    work: fc.integer({ min: 0, max: 3 }),
  })
  return fc.record({
    first: fc.array(key, { maxLength: 40, size: 'max' }),
    steps: fc.array(step, { minLength: 1, maxLength: 5 }),
    table: fc.constantFrom(...tableNames),
    columns: fc.shuffledSubarray([...columnNames], { minLength: types.length, maxLength: types.length }),
    isDescending: fc.boolean(),
    setting: fc.constantFrom(...settings),
  })
}

describe.each(await allPrograms())('PostgreSQL $version: slices', (programs) => {
  let server: Postgres
  let database: BatchDatabase
  beforeAll(async () => {
    server = await startPostgres('secret', { programs, settings: ['max_connections=50'] })
    database = await makeBatchDatabase(server)
    await database.client.query(preparation)
  })
  afterAll(async () => {
    await database[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  const single = Object.entries(keyTypes).map(([name, type]) => [name, [type]] as const)
  const several = [
    ['int', 'text'],
    ['text of any case', 'timestamptz'],
    ['real', 'enum'],
    ['boolean', 'interval', 'uuid'],
    ['date', 'domain', 'bigint'],
    ['inet', 'char(5)', 'double'],
  ].map((names) => [names.join(' + '), names.map((name) => keyTypes[name] as KeyType)] as const)

  it.for([...single, ...several])('by %s have every row in one of them', async ([, types]) => {
    let batches = 0
    await fc.assert(
      fc.asyncProperty(runOf(types), async (run) => {
        batches += 1
        await cover(database, `batch-${batches}-${types.length}`, types, run)
      }),
      { numRuns: 3, endOnFailure: false },
    )
  })
})

type Run = ReturnType<typeof runOf> extends fc.Arbitrary<infer R> ? R : never

async function cover(
  { client, rows, url }: BatchDatabase,
  id: string,
  types: readonly KeyType[],
  { first, steps, table, columns, isDescending, setting }: Run,
): Promise<void> {
  const names = columns.map((column) => quoteName(column)).join(', ')
  const declared = columns.map((column, at) => `${quoteName(column)} ${types[at]?.type} not null`).join(', ')
  const order = columns.map((column) => `${quoteName(column)}${isDescending ? ' desc' : ''}`).join(', ')
  await client.query(`drop table if exists ${table}; drop schema if exists purser cascade`)
  await client.query(
    `create table ${table} (${declared}, was_there boolean, number serial, applied int default 0)`,
  )
  await client.query(`create unique index on ${table} (${order})`)
  const insert = async (keys: readonly (readonly string[])[], wasThere: boolean) => {
    for (const key of keys) {
      const places = key.map((_, at) => `$${at + 1}`).join(', ')
      await client.query(
        `insert into ${table} (${names}, was_there) values (${places}, ${wasThere}) on conflict do nothing`,
        [...key],
      )
    }
  }
  await insert(first, true)
  const source = { table, key: columns }
  const plan = { id, task: 'cover', definition: '', parameters: {}, source, leaseMs: 60_000 }
  const statement: WorkshopPlan['statement'] = (slice) =>
    sql`update ${rawSql(table)} set applied = applied + 1 where ${slice}`
  await using leading = new PostgresSliceLedger(url)
  const options = setting === '' ? '' : `&options=${encodeURIComponent(setting)}`
  await using working = new PostgresSliceLedger(url + options)
  await using lead = await leading.begin(plan)
  // as the table's own schema may not be where the worker looks
  const named = table.startsWith('"') ? source : { ...source, table: `public.${table}` }
  const workStatement: WorkshopPlan['statement'] = (slice) =>
    sql`update ${rawSql(named.table)} set applied = applied + 1 where ${slice}`
  await using shop = await working.open({
    ...{ batch: id, worker: 'one', source: named, leaseMs: 60_000, sliceMs: 60_000 },
    statement: named === source ? statement : workStatement,
  })
  const work = async (most: number) => {
    const claims = await shop.claim(most, false)
    for (const claim of claims) expect(await shop.apply(claim)).toMatchObject({ end: 'done' })
    return claims.length
  }
  for (const step of steps) {
    await lead.extend(step.slices, step.rows)
    await insert(step.insert, false)
    const there = await rows<{ number: number }>(`select number from ${table} order by number`)
    const removed = step.remove.flatMap((n) => there[n % Math.max(1, there.length)]?.number ?? [])
    await rows(`delete from ${table} where number = any($1)`, [removed])
    if (step.work > 0) await work(step.work)
  }
  for (let planned = 1; planned > 0; ) planned = await lead.extend(3, 4)
  while ((await work(4)) > 0);
  const wrong = await rows(
    `select ${names}, applied, was_there from ${table} where applied > 1 or was_there and applied <> 1`,
  )
  expect(wrong).toEqual([])
  expect(await lead.tally()).toMatchObject({ isPlanned: true, waiting: 0, claimed: 0 })
}
