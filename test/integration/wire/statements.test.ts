import { describe, expect, it } from 'vitest'
import { allPrograms } from '../../support/postgres.ts'
import { nothing, Stage, strong, tablesOf } from './stage.ts'
import { connected } from './world.ts'

describe.each(await allPrograms())('statements seen through the wire to version $version', (programs) => {
  const stage = new Stage(programs)
  const only = async (sql: string) => {
    await using client = await connected(stage.wire.url)
    await client.query(sql)
    return stage.seen.at(-1)
  }

  it('tells what each statement of a transaction did, by itself', async () => {
    await using client = await connected(stage.wire.url)
    for (const sql of [
      'begin',
      'update a set m = 1 where n <= 3',
      'alter table b add column x int',
      'delete from a where n = 9',
      'commit',
    ])
      await client.query(sql)
    expect(
      stage.seen.map(({ tag, transaction, isAlone, text }) => [tag, transaction, isAlone, text]),
    ).toEqual([
      ['BEGIN', 1, false, 'begin'],
      ['UPDATE', 1, false, 'update a set m = … where n <= …'],
      ['ALTER TABLE', 1, false, 'alter table b add column x int'],
      ['DELETE', 1, false, 'delete from a where n = …'],
      ['COMMIT', 1, false, 'commit'],
    ])
    expect(tablesOf(stage.seen[1])).toMatchObject({
      'public.a': { updated: 3, inserted: 0 },
      'public.c': { inserted: 3 },
    })
    expect(tablesOf(stage.seen[2])).toEqual({})
    expect(strong(stage.seen[2])).toEqual(['public.b public.b AccessExclusiveLock readers and writers'])
    expect(tablesOf(stage.seen[3])).toMatchObject({
      'public.a': { updated: 0, deleted: 1 },
      'public.child': { ...nothing, deleted: 1, scanned: 100 },
    })
    expect(stage.seen[3]?.held).toContainEqual({
      table: 'public.b',
      relation: 'public.b',
      mode: 'AccessExclusiveLock',
      blocks: 'readers and writers',
    })
    expect(stage.seen[3]?.locks).not.toContainEqual(expect.objectContaining({ table: 'public.b' }))
    expect(stage.seen[1]?.locks).toContainEqual({
      table: 'public.a',
      relation: 'public.a_pkey',
      mode: expect.stringMatching(/Lock$/),
      blocks: 'nobody',
    })
    for (const { startedAt, ms } of stage.seen) {
      expect(Math.abs(Date.now() - startedAt)).toBeLessThan(60_000)
      expect(ms).toBeGreaterThanOrEqual(0)
    }
    expect(stage.ends).toEqual([[1, 'committed']])
  })

  it('tells the statements of one message apart, in one transaction where nobody began one', async () => {
    await only('update a set m = 1; alter table b add column x int; insert into b values (1);;')
    expect(stage.seen.map(({ tag, transaction }) => [tag, transaction])).toEqual([
      ['UPDATE', 1],
      ['ALTER TABLE', 1],
      ['INSERT', 1],
    ])
    expect(tablesOf(stage.seen[0])).toMatchObject({
      'public.a': { updated: 100 },
      'public.c': { inserted: 100 },
    })
    expect(tablesOf(stage.seen[2])).toEqual({ 'public.b': { ...nothing, inserted: 1 } })
    expect(strong(stage.seen[2])).toEqual([])
    expect(stage.ends).toEqual([[1, 'committed']])
  })

  it('counts transactions, and tells how they end', async () => {
    await using client = await connected(stage.wire.url)
    await client.query('insert into b values (1)')
    await client.query('begin; insert into b values (2); rollback; insert into b values (3)')
    await client.query('begin; insert into b values (4)')
    await client.query('select 1 / 0').catch(() => {})
    await client.query('commit')
    await client.query('begin')
    await client.query('commit and chain')
    await client.query('commit')
    expect(stage.ends).toEqual([
      [1, 'committed'],
      [2, 'rolled back'],
      [3, 'committed'],
      [4, 'rolled back'],
      [5, 'committed'],
      [6, 'committed'],
    ])
    const inserted = stage.seen
      .filter(({ tag }) => tag === 'INSERT')
      .map((one) => tablesOf(one)['public.b']?.inserted)
    expect(inserted).toEqual([1, 1, 1, 1])
    await client.query('begin; insert into b values (5)')
    await client.end()
    await stage.wire[Symbol.asyncDispose]()
    expect(stage.ends.at(-1)).toEqual([7, 'rolled back'])
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

  it('knows what a transaction has dropped and made, however soon it is committed', async () => {
    await using client = await connected(stage.wire.url)
    await client.query('begin')
    await client.query('create table fresh (n int)')
    await client.query('drop table child')
    await client.query('commit')
    expect(strong(stage.seen[1])).toEqual([])
    expect(strong(stage.seen[2])).toEqual([
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
    expect(tablesOf(made)).toMatchObject({ 'public.fresh': { built: ['public.fresh_pkey'] } })
  })

  it('tells names as they are after the statement', async () => {
    await using client = await connected(stage.wire.url)
    await client.query(
      'begin; alter table a rename to accounts; update accounts set m = 2 where n = 1; rollback',
    )
    expect(strong(stage.seen[1])).toEqual([
      'public.accounts public.accounts AccessExclusiveLock readers and writers',
    ])
    expect(tablesOf(stage.seen[2])).toMatchObject({ 'public.accounts': { updated: 1 } })
  })

  it('looks again at what it knows and has locked, once that is changed', async () => {
    await using client = await connected(stage.wire.url)
    await client.query(
      'begin; lock table a; select 1; alter table a alter column m type bigint; alter table a rename to accounts; rollback',
    )
    expect(stage.seen[2]?.tables.size).toBe(0)
    expect(stage.seen[3]?.tables.get('public.a')?.replaced).toBeDefined()
    expect(stage.seen[5]?.held.map(({ table }) => table)).not.toContain('public.a')
  })

  it('forgets what was taken back to a savepoint', async () => {
    await using client = await connected(stage.wire.url)
    await client.query(
      'begin; insert into b values (1); savepoint s; alter table a alter column n type bigint',
    )
    await client.query('rollback to s')
    await client.query('update a set m = 1 where n = 1')
    await client.query('rollback')
    expect(stage.seen[3]?.tables.get('public.a')?.replaced).toBeDefined()
    expect(tablesOf(stage.seen[4])).toEqual({})
    expect(stage.seen[4]?.held).toContainEqual(
      expect.objectContaining({ table: 'public.a', mode: 'AccessExclusiveLock' }),
    )
    expect(stage.seen[5]?.held.map(({ table }) => table)).toEqual(['public.b'])
    expect(stage.seen[5]?.tables.get('public.a')).toMatchObject({ updated: 1, built: [] })
    expect(stage.seen[5]?.locks).toContainEqual(
      expect.objectContaining({ table: 'public.a', mode: 'RowExclusiveLock' }),
    )
  })

  it('leaves out temporary tables, catalogs and what is of Purser', async () => {
    await using client = await connected(stage.wire.url)
    await client.query(
      'create temporary table t (n int primary key); insert into t values (1); create schema purser; create table purser.x (n int); select * from pg_class',
    )
    expect(stage.seen.flatMap(({ locks }) => locks)).toEqual([])
    expect(stage.seen.flatMap((statement) => [...statement.tables.keys()])).toEqual([])
  })

  it('knows how long a statement would have waited for a lock', async () => {
    await using client = await connected(stage.wire.url)
    await client.query("begin; set local lock_timeout = '2s'; set transaction isolation level serializable")
    await client.query('select 1 / 0').catch(() => {})
    await client.query('rollback')
    await client.query('insert into b values (1)')
    await client.query("set lock_timeout = '1min'")
    await client.query('select nothing').catch(() => {})
    expect(stage.seen.map(({ text, lockTimeoutMs }) => [text.slice(0, 8), lockTimeoutMs])).toEqual([
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
    await using client = await connected(stage.wire.url)
    await client.query("begin; insert into a values (1000, 1, 'secret')")
    await client.query("insert into a values (1, 1, 'secret')").catch(() => {})
    await client.query('rollback')
    await client
      .query('alter table a alter column name set not null; alter table a add check (n > 50)')
      .catch(() => {})
    expect(stage.seen[2]).toMatchObject({
      failure: { sqlState: '23505', table: 'public.a', constraint: 'a_pkey' },
      locks: [],
      held: expect.arrayContaining([
        expect.objectContaining({ table: 'public.a', mode: 'RowExclusiveLock' }),
      ]),
    })
    expect(stage.seen[2]).not.toHaveProperty('tag')
    expect(stage.seen[5]?.failure).toMatchObject({ sqlState: '23514', table: 'public.a' })
    expect(stage.ends).toEqual([
      [1, 'rolled back'],
      [2, 'rolled back'],
    ])
    expect(JSON.stringify(stage.seen)).not.toContain('secret')
  })

  it('tells of a commit that nobody wrote and that failed', async () => {
    await stage.server.query(
      'alter table child drop constraint child_n_fkey; alter table child add foreign key (n) references a deferrable initially deferred',
    )
    await using client = await connected(stage.wire.url)
    await client.query('insert into child values (999)').catch(() => {})
    expect(stage.seen.map(({ tag, failure }) => [tag, failure?.sqlState])).toEqual([
      ['INSERT', undefined],
      [undefined, '23503'],
    ])
    expect(stage.ends).toEqual([[1, 'rolled back']])
  })

  it('tells the states of notices', async () => {
    expect((await only('drop table if exists nobody, nothing'))?.notices).toEqual(['00000', '00000'])
    expect((await only(`do $$ begin raise warning 'x' using errcode = '01234'; end $$`))?.notices).toEqual([
      '01234',
    ])
  })

  it('goes on asking when the client takes away all that is prepared', async () => {
    await using client = await connected(stage.wire.url)
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
    const inserts = stage.seen.filter(({ tag }) => tag === 'INSERT')
    expect(inserts.map((one) => tablesOf(one)['public.b']?.inserted)).toEqual([1, 1, 1, 1, 1, 1])
  })
})
