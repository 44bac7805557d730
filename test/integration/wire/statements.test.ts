import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { int16, int32, message, text } from '../../../src/databases/postgres/wire/protocol/write.ts'
import { openServerSession } from '../../../src/databases/postgres/wire/server-leg/open-session.ts'
import { readTarget } from '../../../src/databases/postgres/wire/target/target.ts'
import type { Statement } from '../../../src/databases/wire.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'
import { connected, psql, realPassword, type Tapped, tap } from './world.ts'

const nothing = { inserted: 0, updated: 0, deleted: 0, scanned: 0, built: [] }

describe.each(await allPrograms())('statements seen through the wire to version $version', (programs) => {
  let server: Postgres
  let wire: Tapped
  let seen: Statement[]
  let ends: (readonly [number, string])[]
  beforeAll(async () => {
    server = await startPostgres(realPassword, { programs })
  })
  afterAll(() => server?.[Symbol.asyncDispose]())
  beforeEach(async () => {
    seen = []
    ends = []
    await server.query(`
      drop schema public cascade; create schema public; drop schema if exists purser cascade;
      create table a (n int primary key, m int, name varchar(20));
      insert into a select n, 0, 'x' || n from generate_series(1, 100) n;
      create index a_name on a (name);
      create table b (n int); create table c (n int);
      create table child (n int references a on delete cascade);
      insert into child select n from a;
      create function log_it() returns trigger language plpgsql as $$ begin insert into c values (new.n); return new; end $$;
      create trigger logs after update on a for each row execute function log_it();
      create procedure commits_inside() language plpgsql as $$ begin update a set m = 7; commit; end $$`)
    wire = await tap(server.url(), {
      tap: {
        beforeCommit: async () => undefined,
        afterStatement: (statement) => void seen.push(statement),
        afterTransaction: (_session, transaction, end) => void ends.push([transaction, end]),
      },
    })
    return async () => {
      await wire[Symbol.asyncDispose]()
      expect(wire.errors).toEqual([])
    }
  })

  const tables = (statement: Statement | undefined) => Object.fromEntries(statement?.tables ?? [])
  const strong = (statement: Statement | undefined) =>
    (statement?.locks ?? [])
      .filter(({ blocks }) => blocks !== 'nobody')
      .map(({ table, relation, mode, blocks }) => `${table} ${relation} ${mode} ${blocks}`)
      .toSorted()
  const only = async (sql: string) => {
    await using client = await connected(wire.url)
    await client.query(sql)
    return seen.at(-1)
  }

  it('tells what each statement of a transaction did, by itself', async () => {
    await using client = await connected(wire.url)
    for (const sql of [
      'begin',
      'update a set m = 1 where n <= 3',
      'alter table b add column x int',
      'delete from a where n = 9',
      'commit',
    ])
      await client.query(sql)
    expect(seen.map(({ tag, transaction, isAlone, text }) => [tag, transaction, isAlone, text])).toEqual([
      ['BEGIN', 1, false, 'begin'],
      ['UPDATE', 1, false, 'update a set m = … where n <= …'],
      ['ALTER TABLE', 1, false, 'alter table b add column x int'],
      ['DELETE', 1, false, 'delete from a where n = …'],
      ['COMMIT', 1, false, 'commit'],
    ])
    expect(tables(seen[1])).toMatchObject({
      'public.a': { updated: 3, inserted: 0 },
      'public.c': { inserted: 3 },
    })
    expect(tables(seen[2])).toEqual({})
    expect(strong(seen[2])).toEqual(['public.b public.b AccessExclusiveLock readers and writers'])
    expect(tables(seen[3])).toMatchObject({
      'public.a': { updated: 0, deleted: 1 },
      'public.child': { ...nothing, deleted: 1, scanned: 100 },
    })
    expect(seen[3]?.held).toContainEqual({
      table: 'public.b',
      relation: 'public.b',
      mode: 'AccessExclusiveLock',
      blocks: 'readers and writers',
    })
    expect(seen[3]?.locks).not.toContainEqual(expect.objectContaining({ table: 'public.b' }))
    expect(seen[1]?.locks).toContainEqual({
      table: 'public.a',
      relation: 'public.a_pkey',
      mode: expect.stringMatching(/Lock$/),
      blocks: 'nobody',
    })
    for (const { startedAt, ms } of seen) {
      expect(Math.abs(Date.now() - startedAt)).toBeLessThan(60_000)
      expect(ms).toBeGreaterThanOrEqual(0)
    }
    expect(ends).toEqual([[1, 'committed']])
  })

  it('tells the statements of one message apart, in one transaction where nobody began one', async () => {
    await only('update a set m = 1; alter table b add column x int; insert into b values (1);;')
    expect(seen.map(({ tag, transaction }) => [tag, transaction])).toEqual([
      ['UPDATE', 1],
      ['ALTER TABLE', 1],
      ['INSERT', 1],
    ])
    expect(tables(seen[0])).toMatchObject({ 'public.a': { updated: 100 }, 'public.c': { inserted: 100 } })
    expect(tables(seen[2])).toEqual({ 'public.b': { ...nothing, inserted: 1 } })
    expect(strong(seen[2])).toEqual([])
    expect(ends).toEqual([[1, 'committed']])
  })

  it('counts transactions, and tells how they end', async () => {
    await using client = await connected(wire.url)
    await client.query('insert into b values (1)')
    await client.query('begin; insert into b values (2); rollback; insert into b values (3)')
    await client.query('begin; insert into b values (4)')
    await client.query('select 1 / 0').catch(() => {})
    await client.query('commit')
    await client.query('begin')
    await client.query('commit and chain')
    await client.query('commit')
    expect(ends).toEqual([
      [1, 'committed'],
      [2, 'rolled back'],
      [3, 'committed'],
      [4, 'rolled back'],
      [5, 'committed'],
      [6, 'committed'],
    ])
    const inserted = seen
      .filter(({ tag }) => tag === 'INSERT')
      .map((one) => tables(one)['public.b']?.inserted)
    expect(inserted).toEqual([1, 1, 1, 1])
    await client.query('begin; insert into b values (5)')
    await client.end()
    await wire[Symbol.asyncDispose]()
    expect(ends.at(-1)).toEqual([7, 'rolled back'])
  })

  it.each([
    ['alter table a alter column n type bigint', ['public.a_name', 'public.a_pkey'], true],
    [
      'alter table a add column seen timestamptz default clock_timestamp()',
      ['public.a_name', 'public.a_pkey'],
      true,
    ],
    ['alter table a add column seen timestamptz default now()', [], false],
    ['alter table a alter column name type text', [], false],
    ['alter table a alter column name type varchar(5)', ['public.a_name', 'public.a_pkey'], true],
    ['create index a_m on a (m)', ['public.a_m'], false],
    ['reindex table a', ['public.a_name', 'public.a_pkey'], false],
    ['cluster a using a_pkey', ['public.a_name', 'public.a_pkey'], true],
    ['alter table a add constraint positive check (m >= 0)', [], false],
    ['alter table a add constraint positive check (m >= 0) not valid', [], false],
    ['truncate a cascade', ['public.a_name', 'public.a_pkey'], true],
    ['alter table a rename to accounts', [], false],
  ])('knows what was written anew: %s', async (sql, built, isReplaced) => {
    const statement = await only(sql)
    const work = statement?.tables.get('public.a')
    expect([(work?.built ?? []).toSorted(), work?.replaced !== undefined]).toEqual([built, isReplaced])
    if (isReplaced && !sql.startsWith('truncate')) expect(work?.replaced?.bytes).toBeGreaterThanOrEqual(8192)
    const isScanned = built.length > 0 || /check \(m >= 0\)$/.test(sql)
    if (!sql.startsWith('truncate') && isScanned) expect(work?.scanned).toBeGreaterThanOrEqual(100)
    if (!isScanned) expect(work?.scanned ?? 0).toBe(0)
  })

  it('tells of which table the lock of an index is, also of one that was dropped', async () => {
    const dropped = await only('drop index a_name')
    expect(strong(dropped)).toEqual([
      'public.a public.a AccessExclusiveLock readers and writers',
      'public.a public.a_name AccessExclusiveLock readers and writers',
    ])
    const gone = await only('drop table child')
    expect(strong(gone)).toEqual([
      'public.a public.a AccessExclusiveLock readers and writers',
      'public.child public.child AccessExclusiveLock readers and writers',
    ])
  })

  it('knows that nobody waits for what nobody else sees', async () => {
    const built = await only('create index a_m on a (m)')
    expect(strong(built)).toEqual(['public.a public.a ShareLock writers'])
    expect(built?.locks).toContainEqual({
      table: 'public.a',
      relation: 'public.a_m',
      mode: 'AccessExclusiveLock',
      blocks: 'nobody',
    })
    const made = await only('create table fresh (id int primary key, n int references a)')
    expect(strong(made)).toEqual(['public.a public.a ShareRowExclusiveLock writers'])
    expect(tables(made)).toMatchObject({ 'public.fresh': { built: ['public.fresh_pkey'] } })
  })

  it('tells names as they are after the statement', async () => {
    await using client = await connected(wire.url)
    await client.query(
      'begin; alter table a rename to accounts; update accounts set m = 2 where n = 1; rollback',
    )
    expect(strong(seen[1])).toEqual([
      'public.accounts public.accounts AccessExclusiveLock readers and writers',
    ])
    expect(tables(seen[2])).toMatchObject({ 'public.accounts': { updated: 1 } })
  })

  it('looks again at what it knows and has locked, once that is changed', async () => {
    await using client = await connected(wire.url)
    await client.query(
      'begin; lock table a; select 1; alter table a alter column m type bigint; alter table a rename to accounts; rollback',
    )
    expect(seen[2]?.tables.size).toBe(0)
    expect(seen[3]?.tables.get('public.a')?.replaced).toBeDefined()
    expect(seen[5]?.held.map(({ table }) => table)).not.toContain('public.a')
  })

  it('forgets what was taken back to a savepoint', async () => {
    await using client = await connected(wire.url)
    await client.query(
      'begin; insert into b values (1); savepoint s; alter table a alter column n type bigint',
    )
    await client.query('rollback to s')
    await client.query('update a set m = 1 where n = 1')
    await client.query('rollback')
    expect(seen[3]?.tables.get('public.a')?.replaced).toBeDefined()
    expect(tables(seen[4])).toEqual({})
    expect(seen[4]?.held).toContainEqual(
      expect.objectContaining({ table: 'public.a', mode: 'AccessExclusiveLock' }),
    )
    expect(seen[5]?.held.map(({ table }) => table)).toEqual(['public.b'])
    expect(seen[5]?.tables.get('public.a')).toMatchObject({ updated: 1, built: [] })
    expect(seen[5]?.locks).toContainEqual(
      expect.objectContaining({ table: 'public.a', mode: 'RowExclusiveLock' }),
    )
  })

  it('leaves out temporary tables, catalogs and what is of Purser', async () => {
    await using client = await connected(wire.url)
    await client.query(
      'create temporary table t (n int primary key); insert into t values (1); create schema purser; create table purser.x (n int); select * from pg_class',
    )
    expect(seen.flatMap(({ locks }) => locks)).toEqual([])
    expect(seen.flatMap((statement) => [...statement.tables.keys()])).toEqual([])
  })

  it('knows how long a statement would have waited for a lock', async () => {
    await using client = await connected(wire.url)
    await client.query("begin; set local lock_timeout = '2s'; set transaction isolation level serializable")
    await client.query('select 1 / 0').catch(() => {})
    await client.query('rollback')
    await client.query('insert into b values (1)')
    await client.query("set lock_timeout = '1min'")
    await client.query('select nothing').catch(() => {})
    expect(seen.map(({ text, lockTimeoutMs }) => [text.slice(0, 8), lockTimeoutMs])).toEqual([
      ['begin', 0],
      ['set loca', 0],
      ['set tran', 2_000],
      ['select …', 2_000],
      ['rollback', 2_000],
      ['insert i', 0],
      ['set lock', 0],
      ['select n', 60_000],
    ])
  })

  it('tells why a statement failed, without a value', async () => {
    await using client = await connected(wire.url)
    await client.query("begin; insert into a values (1000, 1, 'secret')")
    await client.query("insert into a values (1, 1, 'secret')").catch(() => {})
    await client.query('rollback')
    await client
      .query('alter table a alter column name set not null; alter table a add check (n > 50)')
      .catch(() => {})
    expect(seen[2]).toMatchObject({
      failure: { sqlState: '23505', table: 'public.a', constraint: 'a_pkey' },
      locks: [],
      held: expect.arrayContaining([
        expect.objectContaining({ table: 'public.a', mode: 'RowExclusiveLock' }),
      ]),
    })
    expect(seen[2]).not.toHaveProperty('tag')
    expect(seen[5]?.failure).toMatchObject({ sqlState: '23514', table: 'public.a' })
    expect(ends).toEqual([
      [1, 'rolled back'],
      [2, 'rolled back'],
    ])
    expect(JSON.stringify(seen)).not.toContain('secret')
  })

  it('tells of a commit that nobody wrote and that failed', async () => {
    await server.query(
      'alter table child drop constraint child_n_fkey; alter table child add foreign key (n) references a deferrable initially deferred',
    )
    await using client = await connected(wire.url)
    await client.query('insert into child values (999)').catch(() => {})
    expect(seen.map(({ tag, failure }) => [tag, failure?.sqlState])).toEqual([
      ['INSERT', undefined],
      [undefined, '23503'],
    ])
    expect(ends).toEqual([[1, 'rolled back']])
  })

  it('tells the states of notices', async () => {
    expect((await only('drop table if exists nobody, nothing'))?.notices).toEqual(['00000', '00000'])
    expect((await only(`do $$ begin raise warning 'x' using errcode = '01234'; end $$`))?.notices).toEqual([
      '01234',
    ])
  })

  it('goes on asking when the client takes away all that is prepared', async () => {
    await using client = await connected(wire.url)
    for (const sql of [
      'deallocate all',
      'discard plans',
      'begin; deallocate all; insert into b values (1); commit',
    ]) {
      await client.query('insert into b values (1)')
      await client.query(sql)
    }
    await client.query('discard all')
    await client.query('insert into b values (1)')
    await client.query({ name: 'discard', text: 'discard all', values: [] })
    await client.query('insert into b values (1)')
    const inserts = seen.filter(({ tag }) => tag === 'INSERT')
    expect(inserts.map((one) => tables(one)['public.b']?.inserted)).toEqual([1, 1, 1, 1, 1, 1])
  })

  it('tells of rows that are copied in', async () => {
    const { code, stderr } = await psql(wire.url, 'copy b from stdin;\n1\n2\n\\.\ncopy b to stdout;\n')
    expect([code, stderr]).toEqual([0, ''])
    expect(seen.map((one) => [one.tag, tables(one)['public.b']])).toEqual([
      ['COPY', { ...nothing, inserted: 2 }],
      ['COPY', { ...nothing, scanned: 2 }],
    ])
  })

  it('sees statements of the extended protocol as well', async () => {
    await using client = await connected(wire.url)
    await client.query('begin')
    await client.query("insert into b select generate_series(1, $1::int) where 'secret' <> $2", [
      3,
      'secret too',
    ])
    await client.query({ name: 'named', text: 'update b set n = n + $1', values: [7] })
    await client.query({ name: 'named', text: 'update b set n = n + $1', values: [8] })
    await client.query('commit')
    await client.query('delete from b where n > $1', [0])
    await client.query('insert into b values ($1)', ['no number']).catch(() => {})
    await client.query('select nothing from b where n = $1', [1]).catch(() => {})
    expect(
      seen.map(({ text, tag, transaction, failure }) => [text, tag ?? failure?.sqlState, transaction]),
    ).toEqual([
      ['begin', 'BEGIN', 1],
      ['insert into b select generate_series(…, $1::int) where … <> $2', 'INSERT', 1],
      ['update b set n = n + $1', 'UPDATE', 1],
      ['update b set n = n + $1', 'UPDATE', 1],
      ['commit', 'COMMIT', 1],
      ['delete from b where n > $1', 'DELETE', 2],
      ['insert into b values ($1)', '22P02', 3],
      ['select nothing from b where n = $1', '42703', 4],
    ])
    expect(seen.slice(1, 4).map((one) => tables(one)['public.b'])).toMatchObject([
      { inserted: 3, updated: 0 },
      { inserted: 0, updated: 3 },
      { inserted: 0, updated: 3 },
    ])
    expect(tables(seen[5])['public.b']).toMatchObject({ deleted: 3 })
    await until(() => ends.length === 4) // the client hears of an error before the series is over
    expect(ends).toEqual([
      [1, 'committed'],
      [2, 'committed'],
      [3, 'rolled back'],
      [4, 'rolled back'],
    ])
    expect(JSON.stringify(seen)).not.toContain('secret')
  })

  it('tells apart what is executed before one Sync, also transactions, and one that is read in portions', async () => {
    const { socket } = await openServerSession(await readTarget(wire.url))
    const execute = (sql: string, rows = 0) =>
      Buffer.concat([
        message('P', text(''), text(sql), int16(0)),
        message('B', text(''), text(''), Buffer.alloc(6)),
        message('E', text(''), int32(rows)),
      ])
    socket.write(
      Buffer.concat([
        ...['begin', 'insert into b values (1)', 'alter table b add column x int', 'commit'].map((sql) =>
          execute(sql),
        ),
        ...[execute('insert into b values (2)'), execute('insert into c values (2)')],
        execute('select * from generate_series(1, 5), b', 2),
        ...[message('E', text(''), int32(2)), message('E', text(''), int32(0)), message('S'), message('X')],
      ]),
    )
    const said = (await buffer(socket)).toString('latin1')
    expect(said.match(/INSERT 0 1/g)).toHaveLength(3)
    expect(said.slice(-6, -1)).toBe('Z\0\0\0\u0005')
    expect(seen.map((one) => [one.tag, one.transaction, [...one.tables.keys()]])).toEqual([
      ['BEGIN', 1, []],
      ['INSERT', 1, ['public.b']],
      ['ALTER TABLE', 1, []],
      ['COMMIT', 1, []],
      ['INSERT', 2, ['public.b']],
      ['INSERT', 2, ['public.c']],
      ['SELECT', 2, ['public.b']],
    ])
    expect(seen[3]?.held).toContainEqual(
      expect.objectContaining({ table: 'public.b', mode: 'AccessExclusiveLock' }),
    )
    expect(seen[5]?.held).toContainEqual(
      expect.objectContaining({ table: 'public.b', mode: 'RowExclusiveLock' }),
    )
    expect(ends).toEqual([
      [1, 'committed'],
      [2, 'committed'],
    ])
  })

  it('looks from beside at what commits by itself', async () => {
    await server.query('insert into a select n, 0 from generate_series(1000, 50000) n')
    await using client = await connected(wire.url)
    for (const sql of ['vacuum full a', 'create index concurrently a_m on a (m)', 'call commits_inside()'])
      await client.query(sql)
    await client.query({ name: 'r', text: 'reindex table concurrently a', values: [] })
    await client.query('vacuum nothing').catch(() => {})
    expect(seen.map(({ tag, isAlone, transaction }) => [tag, isAlone, transaction])).toEqual([
      ['VACUUM', true, 1],
      ['CREATE INDEX', true, 2],
      ['CALL', true, 3],
      ['REINDEX', true, 4],
      [undefined, true, 5],
    ])
    expect(seen[0]?.tables.get('public.a')).toMatchObject({
      replaced: { bytes: expect.any(Number) },
      built: expect.arrayContaining(['public.a_pkey', 'public.a_name']),
    })
    expect(strong(seen[0])).toContain('public.a public.a AccessExclusiveLock readers and writers')
    expect(seen[1]?.tables.get('public.a')?.built).toEqual(['public.a_m'])
    expect(strong(seen[1])).toEqual([])
    expect(seen[1]?.locks).toContainEqual({
      table: 'public.a',
      relation: 'public.a',
      mode: 'ShareUpdateExclusiveLock',
      blocks: 'nobody',
    })
    expect(seen[3]?.tables.get('public.a')?.built.toSorted()).toEqual([
      'public.a_m',
      'public.a_name',
      'public.a_pkey',
    ])
    expect(seen[4]?.failure?.sqlState).toBe('42P01')
    expect(ends.map(([, end]) => end)).toEqual([
      'committed',
      'committed',
      'committed',
      'committed',
      'rolled back',
    ])
  })
})
