import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { buffer, text as readText } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Refusal } from '../../../src/core/errors.ts'
import { message, text } from '../../../src/databases/postgres/wire/protocol/write.ts'
import { openServerSession } from '../../../src/databases/postgres/wire/server-leg/open-session.ts'
import { readTarget } from '../../../src/databases/postgres/wire/target/target.ts'
import type { Effects } from '../../../src/databases/wire.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'
import { connected, psql, realPassword, type Tapped, tap } from './world.ts'

const refusal: Refusal = { code: 'WIRE_REFUSED', message: 'Not this one.', remedy: 'Do something else.' }

describe.each(await allPrograms())('a guarded session at version $version', (programs) => {
  let server: Postgres
  let wire: Tapped
  let judged: Effects[]
  let verdict: (effects: Effects) => Refusal | undefined
  let mayAlone: (sql: string) => boolean
  beforeAll(async () => {
    server = await startPostgres(realPassword, { programs })
  })
  afterAll(() => server?.[Symbol.asyncDispose]())
  beforeEach(async () => {
    judged = []
    verdict = () => undefined
    mayAlone = () => false
    await server.query(`
      drop schema public cascade; create schema public;
      create table a (n int primary key, m int); create table b (n int); create table c (n int);
      create table child (n int references a on delete cascade);
      insert into a select n, 0 from generate_series(1, 10) n; insert into child select n from a;
      create function log_it() returns trigger language plpgsql as $$ begin insert into c values (new.n); return new; end $$;
      create trigger logs after update on a for each row execute function log_it();
      create procedure commits_inside() language plpgsql as $$ begin update a set m = 7; commit; end $$`)
    wire = await tap(server.url(), {
      requireDirect: true,
      isEnforced: true,
      tap: {
        async beforeCommit(_session, effects) {
          judged.push(effects)
          return verdict(effects)
        },
        afterStatement: () => {},
        mayCommitByItself: (sql) => mayAlone(sql),
      },
    })
    return () => wire[Symbol.asyncDispose]()
  })

  const rows = () => judged.map((effects) => Object.fromEntries(effects.rows))
  const sums = async () =>
    (
      await server.query(
        'select (select sum(m)::int from a) as a, (select count(*)::int from b) as b, (select count(*)::int from c) as c, (select count(*)::int from child) as child',
      )
    )[0]
  const untouched = { a: 0, b: 0, c: 0, child: 10 }
  const updated = (n: number) => ({ inserted: 0, updated: n, deleted: 0 })
  const inserted = (n: number) => ({ inserted: n, updated: 0, deleted: 0 })
  const deleted = (n: number) => ({ inserted: 0, updated: 0, deleted: n })

  it('is asked about a transaction before its COMMIT, triggers and cascades included', async () => {
    await using client = await connected(wire.url)
    await client.query('begin')
    await client.query('update a set m = 1 where n <= 3')
    await client.query('delete from a where n = 9')
    await client.query('alter table b add column x int')
    expect(judged).toEqual([])
    await client.query('commit')
    expect(rows()).toEqual([
      { 'public.a': { ...updated(3), deleted: 1 }, 'public.c': inserted(3), 'public.child': deleted(1) },
    ])
    expect(judged[0]?.locks).toEqual(
      expect.arrayContaining([
        { table: 'public.b', mode: 'AccessExclusiveLock' },
        { table: 'public.a', mode: 'RowExclusiveLock' },
        { table: 'public.c', mode: 'RowExclusiveLock' },
      ]),
    )
    expect(await sums()).toEqual({ a: 3, b: 0, c: 3, child: 9 })
  })

  it('counts each transaction by itself, also after one that was rolled back or failed', async () => {
    await using client = await connected(wire.url)
    for (const end of ['commit', 'rollback']) {
      await client.query('begin')
      await client.query('insert into b select generate_series(1, 5)')
      await client.query(end)
    }
    await client.query('begin')
    await client.query('insert into b values (1)')
    await client.query('select 1 / 0').catch(() => {})
    await client.query('commit') // which rolls back
    await client.query('insert into b values (1)').then(() => client.query('insert into b values (1), (2)'))
    expect(rows()).toEqual([
      { 'public.b': inserted(5) },
      { 'public.b': inserted(1) },
      { 'public.b': inserted(2) },
    ])
  })

  it.each([
    ['a COMMIT of its own', ['begin', 'update a set m = 1', 'commit']],
    ['a statement outside a transaction', ['update a set m = 1']],
    ['two statements in one message', ['update a set m = 1; alter table b add column x int']],
    ['a whole transaction in one message', ['begin; update a set m = 1; commit']],
    ['a COMMIT in the middle of a message', ['begin; update a set m = 1; commit; insert into b values (1)']],
    [
      'a transaction that begins after work',
      ['update a set m = 1; begin; insert into b values (1); commit; select 1'],
    ],
    ['a COMMIT and another transaction', ['begin', 'update a set m = 1', 'commit and chain']],
  ])('does not commit what is refused: %s', async (_what, messages) => {
    verdict = ({ rows: counts }) => (counts.has('public.c') ? refusal : undefined)
    await using client = await connected(wire.url)
    const last = messages.at(-1) ?? ''
    for (const message of messages.slice(0, -1)) await client.query(message)
    await expect(client.query(last)).rejects.toMatchObject({
      code: 'PU001',
      message: 'Not this one.',
      hint: 'Do something else.',
    })
    expect(await sums()).toEqual(untouched)
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]) // and the session goes on, in no transaction
    await client.query('insert into b values (1)')
    expect(await sums()).toEqual({ ...untouched, b: 1 })
    expect(
      await server.query("select column_name from information_schema.columns where table_name = 'b'"),
    ).toHaveLength(1)
  })

  it('does not commit what is refused in the extended protocol, and spares unnamed and named statements', async () => {
    verdict = ({ rows: counts }) => (counts.has('public.c') ? refusal : undefined)
    await using client = await connected(wire.url)
    const update = { name: 'update', text: 'update a set m = m + $1', values: [1] }
    for (const _time of [1, 2]) await expect(client.query(update)).rejects.toMatchObject({ code: 'PU001' })
    await client.query('begin')
    await client.query(update)
    await expect(client.query({ name: 'commit', text: 'commit', values: [] })).rejects.toMatchObject({
      code: 'PU001',
    })
    expect(await sums()).toEqual(untouched)
    verdict = () => undefined
    expect((await client.query(update)).rowCount).toBe(10)
    expect(
      (await client.query('insert into b select generate_series(1, $1) returning n', [3])).rows,
    ).toHaveLength(3)
    expect(await sums()).toEqual({ a: 10, b: 3, c: 10, child: 10 })
  })

  it('does not let anything commit by itself', async () => {
    await using client = await connected(wire.url)
    for (const sql of [
      'vacuum a',
      'create index concurrently i on a (m)',
      'call commits_inside()',
      'do $$ begin update a set m = 7; commit; end $$',
    ]) {
      await expect(client.query(sql)).rejects.toMatchObject({
        code: 'PU001',
        message: expect.stringContaining('commits by itself'),
      })
      await expect(client.query({ text: sql, values: [], name: sql.slice(0, 20) })).rejects.toMatchObject({
        code: 'PU001',
      })
    }
    expect(await sums()).toEqual(untouched)
    expect(wire.errors).toEqual([])
  })

  it('lets commit by itself what may, in either protocol', async () => {
    mayAlone = (sql) => sql === 'call commits_inside()'
    await using client = await connected(wire.url)
    for (const query of ['call commits_inside()', { text: 'call commits_inside()', values: [], name: 'c' }]) {
      await client.query(query as string)
      expect(await sums()).toMatchObject({ a: 70 })
      await server.query('update a set m = 0')
    }
    await expect(
      client.query({ text: 'do $$ begin commit; end $$', values: [], name: 'd' }),
    ).rejects.toMatchObject({
      code: 'PU001',
    })
  })

  it('answers as the server does: rows, counts, notices, errors and where they are', async () => {
    const script = `select 1 \\; select 2;
insert into b values (1), (2);
begin; update a set m = 1 where n = 1; savepoint s; insert into b values (3); rollback to s; commit;
create table copied (n int, words text);
copy copied from stdin;
1\tone
\\.
copy copied to stdout;
\\copy copied from program 'seq 2 3 | sed "s/$/\tx/"'
select count(*) from copied;
do $$ begin raise notice 'seen'; end $$;
select 1 \\; select 2 \\; select nothing \\; select 3;
`
    const guarded = await psql(wire.url, script)
    await server.query('delete from b; update a set m = 0; drop table copied; truncate c')
    expect(guarded).toEqual(await psql(server.url(), script))
    const typed = 'begin; select 1; commit; select nöthing'
    const place = async (url: string) => {
      await using client = await connected(url)
      return await client.query(typed).catch((error: { position?: string }) => error.position)
    }
    expect(await place(wire.url)).toBe(await place(server.url()))
  })

  it('tells of a constraint that holds only at the end', async () => {
    await server.query(
      'alter table child drop constraint child_n_fkey; alter table child add foreign key (n) references a deferrable initially deferred',
    )
    await using client = await connected(wire.url)
    await expect(client.query('insert into child values (99)')).rejects.toMatchObject({ code: '23503' })
    await expect(client.query('insert into child values ($1)', [99])).rejects.toMatchObject({ code: '23503' })
    expect(await sums()).toEqual(untouched)
  })

  it('is not deceived by what the task has put in the way of the catalogs', async () => {
    await using client = await connected(wire.url)
    await client.query(
      'create view pg_stat_xact_user_tables as select 1; set search_path = public, pg_catalog',
    )
    judged.length = 0
    await client.query('insert into b values (1)')
    expect(rows()).toEqual([{ 'public.b': inserted(1) }])
  })

  it('refuses what can not be counted', async () => {
    await using client = await connected(wire.url)
    await client.query('begin')
    await client.query('set track_counts = off')
    await client.query('update a set m = 1')
    await expect(client.query('commit')).rejects.toMatchObject({
      code: 'PU001',
      message: expect.stringContaining('track_counts is off'),
    })
    expect(await sums()).toEqual(untouched)
  })

  it.each([
    ['behind an empty statement', ';commit', 'extended'],
    [
      'behind a string that is one only until the setting before it',
      "set standard_conforming_strings = off; begin; select 'x\\', '; commit; --'",
      'simple',
    ],
    ['in an encoding that hides signs', "set client_encoding = 'SJIS'", 'encoded'],
  ])('finds a COMMIT %s', async (_what, sql, way) => {
    verdict = ({ rows: counts }) => (counts.has('public.c') ? refusal : undefined)
    await using client = await connected(wire.url)
    if (way !== 'simple') await client.query('begin')
    if (way !== 'simple') await client.query('update a set m = 1')
    if (way === 'encoded') await client.query(sql)
    const last =
      way === 'encoded'
        ? "select 'ä'; commit"
        : way === 'simple'
          ? `update a set m = 1; ${sql}`
          : { name: 'x', text: sql, values: [] }
    await expect(client.query(last as string)).rejects.toMatchObject({ code: 'PU001' })
    await client.query('rollback')
    expect(await sums()).toEqual(untouched)
  })

  it('commits nothing for a client that was killed while its commit is judged', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
    await using slow = await tap(server.url(), {
      tap: {
        async beforeCommit() {
          ask()
          await answered
          return undefined
        },
      },
    })
    const child = spawn('psql', ['-X', slow.url, '-c', 'update a set m = 1'], {
      env: { PATH: process.env.PATH },
    })
    await asked
    child.kill('SIGKILL')
    await once(child, 'close')
    const others = `select 1 from pg_stat_activity where backend_type = 'client backend' and application_name = 'psql'`
    await until(async () => (await server.query(others)).length === 0)
    answer()
    await slow[Symbol.asyncDispose]()
    expect(await sums()).toEqual(untouched)
  })

  it('tells the client why the server ended its session', async () => {
    const child = spawn('psql', ['-X', wire.url, '-c', 'select pg_sleep(600)'], {
      env: { PATH: process.env.PATH },
    })
    const said = readText(child.stderr)
    const sleeping = "from pg_stat_activity where query = 'select pg_sleep(600)'"
    await until(async () => (await server.query(`select 1 ${sleeping}`)).length === 1)
    await server.query(`select pg_terminate_backend(pid) ${sleeping}`)
    expect(await said).toContain('terminating connection due to administrator command')
  })

  it('believes of prepared statements only what the server has confirmed', async () => {
    verdict = () => refusal
    const { socket } = await openServerSession(await readTarget(wire.url))
    const [name, none, two] = [text('x'), Buffer.alloc(1), Buffer.alloc(2)]
    const parse = (sql: string) => message('P', name, text(sql), two)
    socket.end(
      Buffer.concat([
        ...[message('Q', text('begin')), message('Q', text('update a set m = 1'))],
        ...[parse('commit'), message('S'), message('Q', text('savepoint s'))],
        ...[parse('select 1'), message('S')], // refused: there is one of this name
        message('Q', text('rollback to s')),
        ...[
          message('B', none, name, Buffer.alloc(6)),
          message('E', none, Buffer.alloc(4)),
          message('S'),
          message('X'),
        ],
      ]),
    )
    expect((await buffer(socket)).toString('latin1')).toMatch(/already exists.*Not this one/s)
    expect(await sums()).toEqual(untouched)
  })

  it('copies rows in by the extended protocol', async () => {
    const { socket } = await openServerSession(await readTarget(wire.url))
    const [none, two] = [Buffer.alloc(1), Buffer.alloc(2)]
    const series = [
      message('P', none, text('copy b from stdin'), two),
      message('B', none, none, Buffer.alloc(6)),
      message('E', none, Buffer.alloc(4)),
      message('S'),
    ]
    socket.write(Buffer.concat(series))
    let begun = ''
    while (!begun.includes('G')) {
      const [bytes] = (await once(socket, 'data')) as [Buffer]
      begun += bytes.toString('latin1')
    }
    socket.end(Buffer.concat([message('d', Buffer.from('1\n2\n')), message('c'), message('S'), message('X')]))
    const rest = (await buffer(socket)).toString('latin1')
    expect([rest.slice(0, 1), rest.slice(5)]).toEqual(['C', 'COPY 2\0Z\0\0\0\u0005I'])
    expect(rows()).toEqual([{ 'public.b': inserted(2) }])
    expect(await sums()).toEqual({ ...untouched, b: 2 })
  })
})
