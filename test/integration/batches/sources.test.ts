import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Batch } from '../../../src/batches/definition.ts'
import type { SourceQuery } from '../../../src/databases/slice-ledger.ts'
import { type Sql, sql } from '../../../src/tasks/sql.ts'
import { type BatchDatabase, makeBatchDatabase } from '../../support/batch-database.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { drive } from './drive.ts'

const places: SourceQuery = { table: 'places', key: ['id'] }
type Statement = NonNullable<Batch['statement']>
const increment: Statement = (slice) => sql`update places set applied = applied + 1 where ${slice}`

describe.each(await allPrograms())('PostgreSQL $version', (programs) => {
  let server: Postgres
  let database: BatchDatabase
  beforeAll(async () => {
    server = await startPostgres('secret', { programs })
  })
  afterAll(() => server[Symbol.asyncDispose]())
  beforeEach(async () => {
    database = await makeBatchDatabase(server)
    await database.rows(
      'create table places (id bigint primary key, applied int not null default 0, kind text)',
    )
  })
  afterEach(() => database[Symbol.asyncDispose]())

  const fill = (ids: string) =>
    database.rows(`insert into places (id, kind) select id, 'k' || id % 3 from (${ids}) s(id)`)
  const applied = async () =>
    (
      await database.rows<{ applied: number; rows: number }>(
        'select applied, count(*)::int as rows from places group by 1 order by 1',
      )
    ).map(({ applied, rows }) => [applied, rows])
  const run = (source: SourceQuery, statement: Statement = increment, rows = 10) =>
    drive({ url: database.url, source, statement, rows })
  const code = async (source: SourceQuery, statement: Statement = increment) => {
    const error = await run(source, statement).catch((reason: unknown) => reason)
    if (!(error instanceof Error) || !('code' in error))
      throw new Error(`It ended: ${JSON.stringify(error)}`, { cause: error })
    expect(error).toHaveProperty('remedy')
    return `${error.code}: ${error.message}`
  }

  describe('a source', () => {
    it('[25] may have gaps of a billion, and nine tenths of its rows in a hundredth of its range', async () => {
      await fill(
        'select n * 1000000000::bigint from generate_series(-50, 49) n union all select n from generate_series(1, 900) n',
      )
      expect((await run(places)).end).toMatchObject({ state: 'finished', tally: { rows: 1_000 } })
      expect(await applied()).toEqual([[1, 1_000]])
    })

    it('has a filter with parameters, also when few rows match', async () => {
      await fill('select n from generate_series(1, 500) n')
      const source = {
        ...places,
        where: sql`kind = ${'k1'} and id > ${400} and id < ${new Date(0).getTime() + 490} -- late`,
      }
      expect((await run(source)).end).toMatchObject({ state: 'finished', tally: { rows: 29 } })
      expect(await applied()).toEqual([
        [0, 471],
        [1, 29],
      ])
    })

    it('may be empty, or be emptied while it is done', async () => {
      expect((await run(places)).end).toMatchObject({ state: 'finished', tally: { rows: 0, slices: 0 } })
      await fill('select n from generate_series(1, 100) n')
      const emptying = await drive({
        ...{ url: database.url, id: 'batch-2', source: places, rows: 10, workers: 1 },
        process: async ({ rows, tx }) => {
          await tx.query('update places set applied = applied + 1 where id = any($1)', [
            rows.map(({ id }) => id),
          ])
          await database.rows('delete from places where id > 50')
        },
      })
      expect(emptying.end.state).toBe('finished')
      expect(await applied()).toEqual([[1, 50]])
    })

    it('[24] may grow behind and before it, and its rows’ keys may change', async () => {
      await fill('select n * 10 from generate_series(1, 100) n')
      const { end } = await drive({
        ...{ url: database.url, source: places, rows: 10, workers: 1 },
        process: async ({ rows, tx }) => {
          const ids = rows.map(({ id }) => id)
          await tx.query('update places set applied = applied + 1 where id = any($1)', [ids])
          const last = Number(ids.at(-1))
          await database.rows('insert into places values ($1), ($2), ($3) on conflict do nothing', [
            last - 1005,
            last + 5,
            last + 100_000,
          ])
          // a row that was done is met again where its key goes on, as the documentation says
          await database.rows('update places set id = -id where id = $1 and applied = 0', [last + 50])
        },
      })
      expect(end.state).toBe('finished')
      const most = await database.rows('select id from places where applied > 1')
      expect(most).toEqual([])
      expect(
        await database.rows(
          'select id from places where id % 10 = 0 and id between 1 and 1000 and applied <> 1',
        ),
      ).toEqual([])
      expect(await database.rows('select id from places where id > 1000 and applied > 0')).toEqual([])
    })

    it('may be a query with parameters, joins and keys of several tables', async () => {
      await fill('select n from generate_series(1, 50) n')
      await database.rows('create table visits (place bigint, day int, primary key (place, day))')
      await database.rows(
        'insert into visits select n, d from generate_series(1, 50) n, generate_series(1, 4) d',
      )
      await database.rows('create table seen (place bigint, day int)')
      const query = sql`select v.place as "Place", v.day from visits v join places p on p.id = v.place where p.kind = ${'k1'} -- some`
      const statement: Statement = (slice) => sql`
        insert into seen select s."Place", s.day from (${query}
        ) s where ${slice.of('s')}`
      const { end } = await run({ query, key: ['Place', 'day'] }, statement, 7)
      expect(end).toMatchObject({ state: 'finished', tally: { rows: 68, buried: 0 } })
      expect(
        await database.rows('select count(*)::int as n, count(distinct (place, day))::int as d from seen'),
      ).toEqual([{ n: 68, d: 68 }])
    })

    it('may be partitioned, or have a key that is among others in its index', async () => {
      await database.rows(
        'create table parts (a int, b text, applied int default 0, primary key (a, b)) partition by hash (a)',
      )
      await database.rows('create table parts_0 partition of parts for values with (modulus 2, remainder 0)')
      await database.rows('create table parts_1 partition of parts for values with (modulus 2, remainder 1)')
      await database.rows(`insert into parts select n % 10, 'b' || n from generate_series(1, 100) n`)
      const statement: Statement = (slice) => sql`update parts set applied = applied + 1 where ${slice}`
      expect((await run({ table: 'parts', key: ['a', 'b'] }, statement)).end).toMatchObject({
        tally: { rows: 100 },
      })
      expect(await database.rows('select from parts where applied <> 1')).toEqual([])
    })
  })

  describe('a source that is wrong', () => {
    const wrong: Record<string, [setup: string, source: SourceQuery, what: RegExp]> = {
      'no such table': [
        '',
        { table: 'nowhere', key: ['id'] },
        /^BATCH_SOURCE_WRONG: .*"nowhere" does not exist/,
      ],
      'no such column': [
        '',
        { table: 'places', key: ['place'] },
        /^BATCH_SOURCE_WRONG: .*"place" does not exist/,
      ],
      'a wrong filter': [
        '',
        { ...places, where: sql`nothing = 1` },
        /^BATCH_SOURCE_WRONG: .*"nothing" does not exist/,
      ],
      'a filter that does not end': ['', { ...places, where: sql`(id > 1` }, /^BATCH_SOURCE_WRONG: .*syntax/],
      'a filter of wrong values': [
        '',
        { ...places, where: sql`id > ${'nine'}` },
        /^BATCH_SOURCE_WRONG: .*"nine"/,
      ],
      'a query that is wrong': ['', { query: sql`selct 1`, key: ['id'] }, /^BATCH_SOURCE_WRONG: .*syntax/],
      'a query without the key': [
        '',
        { query: sql`select 1 as n`, key: ['id'] },
        /^BATCH_SOURCE_WRONG: .*"id" does not exist/,
      ],
      'a key without order': [
        'create table t (p json not null)',
        { table: 't', key: ['p'] },
        /^BATCH_SOURCE_WRONG: .*ordering/,
      ],
      'a key that may be null': [
        'create table t (a int unique)',
        { table: 't', key: ['a'] },
        /^BATCH_KEY_UNFIT: .*"a" may be null/,
      ],
      'a key that is not unique': [
        'create table t (a int not null); create index on t (a)',
        { table: 't', key: ['a'] },
        /^BATCH_KEY_UNFIT: .*unique/,
      ],
      'no index': [
        'create table t (a int not null)',
        { table: 't', key: ['a'] },
        /^BATCH_KEY_UNFIT: .*no unique index .*no index/,
      ],
      'a part of an index': [
        'create table t (a int, b int, primary key (b, a))',
        { table: 't', key: ['a'] },
        /^BATCH_KEY_UNFIT: .*unique.*no index/,
      ],
      'an index in another order': [
        'create table t (a int, b int, primary key (b, a))',
        { table: 't', key: ['a', 'b'] },
        /^BATCH_KEY_UNFIT: .*no index/,
      ],
      'an index in two directions': [
        'create table t (a int not null, b int not null); create unique index on t (a, b desc)',
        { table: 't', key: ['a', 'b'] },
        /^BATCH_KEY_UNFIT: .*no index/,
      ],
      'an index of some rows': [
        'create table t (a int not null); create unique index on t (a) where a > 0',
        { table: 't', key: ['a'] },
        /^BATCH_KEY_UNFIT/,
      ],
      'an index of an expression': [
        'create table t (a int not null); create unique index on t (abs(a))',
        { table: 't', key: ['a'] },
        /^BATCH_KEY_UNFIT/,
      ],
      'an index in another collation': [
        'create table t (a text collate "C" not null); create unique index on t (a collate "POSIX")',
        { table: 't', key: ['a'] },
        /^BATCH_KEY_UNFIT: .*no index/,
      ],
      'an index by other operators': [
        'create table t (a text not null); create unique index on t (a text_pattern_ops)',
        { table: 't', key: ['a'] },
        /^BATCH_KEY_UNFIT: .*no index/,
      ],
      'an index that only hashes': [
        'create table t (a int not null, exclude using hash (a with =))',
        { table: 't', key: ['a'] },
        /^BATCH_KEY_UNFIT/,
      ],
      'a view': [
        'create view t as select id from places',
        { table: 't', key: ['id'] },
        /^BATCH_SOURCE_WRONG: .*no table/,
      ],
      'a system column': ['', { table: 'places', key: ['ctid'] }, /^BATCH_KEY_UNFIT/],
      'a query whose keys are null': [
        'insert into places values (1), (2)',
        { query: sql`select nullif(id, 2) as id from places`, key: ['id'] },
        /^BATCH_KEY_UNFIT: .*null/,
      ],
      'a query whose keys are null in a later part': [
        'insert into places values (1), (2)',
        { query: sql`select id, nullif(id, 1) as b from places`, key: ['id', 'b'] },
        /^BATCH_KEY_UNFIT: .*null/,
      ],
    }
    it.each(Object.entries(wrong))('is refused: %s', async (_, [setup, source, what]) => {
      if (setup !== '') await database.client.query(setup)
      expect(await code(source)).toMatch(what)
    })
  })

  describe('a statement', () => {
    beforeEach(() => fill('select n from generate_series(1, 100) n'))

    const right: Record<string, Statement> = {
      'with its own returning': (slice) =>
        sql`update places set applied = applied + 1 where ${slice} returning id, kind`,
      'with its own with': (slice) =>
        sql`with k as (select ${1}::int as n) update places set applied = applied + k.n from k where ${slice}`,
      'with a with that changes data': (slice) =>
        sql`with k as (update places set applied = applied + 1 where ${slice} returning id) select count(*) from k`,
      'that ends with a semicolon': (slice) => sql`update places set applied = applied + 1 where ${slice};`,
      'that ends with a comment': (slice) =>
        sql`update places set applied = applied + 1 where ${slice} -- all of them`,
      'with an alias': (slice) =>
        sql`update places p set applied = p.applied + 1 from (select 1) o where ${slice.of('p')}`,
      'that calls a function': (slice) => sql`select count_place(id) from places where ${slice}`,
      'that inserts or updates': (slice) =>
        sql`insert into places (id) select id from places where ${slice} on conflict (id) do update set applied = places.applied + 1`,
      'that merges': (slice) =>
        sql`merge into places p using (select id as place from places where ${slice}) s on p.id = s.place when matched then update set applied = p.applied + 1`,
      'with parameters of several kinds': (slice) =>
        sql`update places set applied = applied + ${1}, kind = coalesce(kind, ${'none'}) where ${slice} and ${true}`,
    }
    it.each(Object.entries(right))('is carried out once for each row: %s', async (_, statement) => {
      await database.rows(
        `create function count_place(bigint) returns void language sql as 'update places set applied = applied + 1 where id = $1'`,
      )
      const { end } = await run(places, statement)
      expect(end).toMatchObject({ state: 'finished', tally: { rows: 100, buried: 0 } })
      expect(await applied()).toEqual([[1, 100]])
    })

    it('may delete what it is about', async () => {
      const { end } = await run(places, (slice) => sql`delete from places where ${slice}`)
      expect(end).toMatchObject({ state: 'finished', tally: { rows: 100 } })
      expect(await applied()).toEqual([])
    })

    it('may change what the filter asks for', async () => {
      const { end } = await run({ ...places, where: sql`applied = 0` })
      expect(end).toMatchObject({ state: 'finished', tally: { rows: 100 } })
      expect(await applied()).toEqual([[1, 100]])
    })

    const wrong: Record<string, [Sql | Statement, RegExp]> = {
      'without the slice': [() => sql`update places set applied = 1`, /slice/],
      'of a wrong column': [(slice) => sql`update places set nothing = 1 where ${slice}`, /"nothing"/],
      'of a wrong table': [(slice) => sql`update nowhere set applied = 1 where ${slice}`, /"nowhere"/],
      'of no grammar': [(slice) => sql`updat places where ${slice}`, /syntax/],
      'of two statements': [
        (slice) => sql`update places set applied = 1 where ${slice}; update places set applied = 2`,
        /multiple commands|syntax/,
      ],
      'of a procedure': [(slice) => sql`call something(${slice})`, /syntax/],
    }
    it.each(Object.entries(wrong))('that is wrong is refused: %s', async (_, [statement, what]) => {
      const task = typeof statement === 'function' ? statement : () => statement
      const refused = await code(places, task)
      expect(refused).toMatch(/^BATCH_STATEMENT_WRONG: /)
      expect(refused).toMatch(what)
      expect(await applied()).toEqual([[0, 100]])
    })

    it('that fails for what it is ends the batch at once', async () => {
      await database.rows(
        `create function broken(bigint) returns int language plpgsql as 'begin return (select nothing from nowhere); end'`,
      )
      const { end } = await run(places, (slice) => sql`update places set applied = broken(id) where ${slice}`)
      expect(end).toMatchObject({
        state: 'failed',
        why: expect.stringContaining('nowhere'),
        tally: { rows: 0, buried: 0 },
      })
    })
  })

  it('goes on when a column is added in its midst', async () => {
    await fill('select n from generate_series(1, 100) n')
    let [slices, altered] = [0, Promise.resolve<unknown>(undefined)]
    const { end } = await drive({
      ...{ url: database.url, source: places, workers: 1 },
      process: async ({ rows, tx }) => {
        slices += 1
        await tx.query('update places set applied = applied + 1 where id = any($1)', [
          rows.map(({ id }) => id),
        ])
        // it waits for this transaction, and the next one meets it
        if (slices === 3) altered = database.rows('alter table places add column more int')
      },
    })
    await altered
    expect(end).toMatchObject({ state: 'finished', tally: { rows: 100, buried: 0 } })
    expect(await applied()).toEqual([[1, 100]])
  })

  it('halves rows of one key together, and ends', async () => {
    const query = sql`select id / 4 as k, id from places`
    await fill('select n from generate_series(1, 40) n')
    const { end } = await drive({
      ...{ url: database.url, source: { query, key: ['k'] }, rows: 10, limits: { tries: 1 } },
      process: async ({ rows, tx }) => {
        await tx.query('update places set applied = applied + 1 where id = any($1)', [
          rows.map(({ id }) => id),
        ])
        if (rows.some(({ id }) => id === '17')) throw new Error('a bad row')
      },
    })
    expect(end).toMatchObject({ state: 'finished', tally: { buried: 1 } })
    expect(await applied()).toEqual([
      [0, 4],
      [1, 36],
    ])
  })
})
