import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { connected, realPassword, type Tapped, tap } from './world.ts'

const counts = (inserted: number, updated = 0, deleted = 0) => ({ inserted, updated, deleted })
const one = { 'public.c': counts(1) }

/** Ways to change rows, and what is to be counted before they are committed. */
const ways: readonly (readonly [way: string, setUp: string, say: readonly string[], counted: object])[] = [
  ['PREPARE and EXECUTE', '', ['prepare q as insert into c values (1)', 'execute q'], one],
  ['work after a COMMIT in the same message', '', ['select 1; commit; insert into c values (1)'], one],
  [
    'work that was taken back to a savepoint, and done again',
    '',
    [
      'begin',
      'savepoint s',
      'insert into c values (1)',
      'rollback to s',
      'insert into c values (1)',
      'commit',
    ],
    { 'public.c': counts(2) },
  ],
  [
    'a rule',
    'create rule r as on insert to b do also insert into c values (new.n)',
    ['insert into b values (1)'],
    { ...one, 'public.b': counts(1) },
  ],
  ['a view', 'create view v as select * from c', ['insert into v values (1)'], one],
  ['MERGE', '', ['merge into c using a on a.n = c.n when not matched then insert values (a.n)'], one],
  ['a CTE that writes', '', ['with x as (insert into c values (1) returning n) select n from x'], one],
  ['CREATE TABLE AS', '', ['create table made as select 1 as n'], { 'public.made': counts(1) }],
  ['SELECT INTO', '', ['select 1 as n into made'], { 'public.made': counts(1) }],
  [
    'a table that takes the place of another',
    '',
    ['begin', 'create table made as select 1 as n', 'drop table c', 'alter table made rename to c', 'commit'],
    one,
  ],
  [
    'a table that bears the name of another for a while',
    '',
    [
      ...['begin', 'alter table b rename to z', 'alter table c rename to b', 'insert into b values (1)'],
      ...['alter table b rename to c', 'alter table z rename to b', 'commit'],
    ],
    one,
  ],
  [
    'a table behind a temporary one of its name',
    '',
    ['create temporary table c (n int)', 'insert into c values (1), (2)', 'insert into public.c values (1)'],
    one,
  ],
  [
    'a partition that rows are moved to',
    `create table p (n int) partition by range (n); create table p1 partition of p for values from (0) to (10);
     create table p2 partition of p for values from (10) to (20); insert into p values (1)`,
    ['update p set n = 11'],
    { 'public.p1': counts(0, 0, 1), 'public.p2': counts(1) },
  ],
  [
    'a table that inherits',
    'create table kid () inherits (c); insert into kid values (1)',
    ['update c set n = 2'],
    { 'public.kid': counts(0, 1) },
  ],
  [
    'an unlogged table',
    'create unlogged table u (n int)',
    ['insert into u values (1)'],
    { 'public.u': counts(1) },
  ],
  [
    'a materialised view whose query writes',
    'create materialized view m as select writes(n) as n from public.a with no data',
    ['refresh materialized view m'],
    { ...one, 'public.m': counts(1) },
  ],
  ['a column whose default writes', '', ['alter table a add m int default writes(1)'], one],
  ['a column whose new type writes', '', ['alter table a alter n type bigint using writes(n)'], one],
  [
    'an event trigger',
    `create function on_ddl() returns event_trigger language plpgsql as $$ begin insert into public.c values (1); end $$;
     create event trigger ddl on ddl_command_end execute function on_ddl()`,
    ['create table made (n int)'],
    one,
  ],
  [
    'another role',
    'grant insert on c to low',
    ['begin', 'set session authorization low', 'insert into c values (1)', 'commit'],
    one,
  ],
  [
    'statistics that were reset',
    '',
    ['begin', 'insert into c values (1)', 'select pg_stat_reset()', 'commit'],
    one,
  ],
]

describe.each(await allPrograms())('whichever way rows are changed at version $version', (programs) => {
  let server: Postgres
  let wire: Tapped
  let judged: object[]
  beforeAll(async () => {
    server = await startPostgres(realPassword, { programs })
    await server.query('create role low')
  })
  afterAll(() => server?.[Symbol.asyncDispose]())
  beforeEach(async () => {
    judged = []
    await server.query(`
      drop event trigger if exists ddl; drop owned by low; drop schema public cascade; create schema public;
      grant usage on schema public to low;
      create table a (n int); create table b (n int); create table c (n int); insert into a values (1);
      create function writes(int) returns int language plpgsql as $$ begin insert into public.c values ($1); return $1; end $$`)
    wire = await tap(server.url(), {
      isEnforced: true,
      tap: {
        async beforeCommit(_session, { rows }) {
          judged.push(Object.fromEntries(rows))
          return undefined
        },
        afterStatement: () => {},
      },
    })
    return async () => {
      await wire[Symbol.asyncDispose]()
      expect(wire.errors).toEqual([])
    }
  })

  const written = async () => (await server.query('select count(*)::int as n from c'))[0]?.n
  const say = async (messages: readonly string[], isExtended: boolean) => {
    await using client = await connected(wire.url)
    for (const [place, text] of messages.entries())
      await client.query((isExtended ? { name: `message ${place}`, text } : text) as string)
  }

  it.each(ways)('they are counted before the commit: %s', async (_way, setUp, messages, counted) => {
    await server.query(setUp)
    await say(messages, false)
    expect(judged.at(-1)).toEqual(counted)
  })

  it.each(ways.filter(([, , messages]) => messages.every((text) => !text.includes(';'))))(
    'they are counted before the commit by the extended protocol: %s',
    async (_way, setUp, messages, counted) => {
      await server.query(setUp)
      await say(messages, true)
      expect(judged.at(-1)).toEqual(counted)
    },
  )

  it.each([false, true])(
    'they are not committed where they were not counted for a while',
    async (isExtended) => {
      const messages = [
        'begin',
        'set track_counts = off',
        'insert into c values (1)',
        'set track_counts = on',
      ]
      await expect(
        say([...messages, 'insert into b values (1)', 'commit'], isExtended),
      ).rejects.toMatchObject({
        code: 'PU001',
        message: expect.stringContaining('track_counts is off'),
      })
      expect(await written()).toBe(0)
      await say(['insert into c values (1)'], isExtended)
      expect(judged).toEqual([one])
    },
  )

  it.each([false, true])('they are not committed where they are on another server', async (isExtended) => {
    await server.query(`
      create extension postgres_fdw;
      create server other foreign data wrapper postgres_fdw options (host '127.0.0.1', port '${server.port}', dbname 'postgres');
      create user mapping for postgres server other options (user 'postgres', password '${realPassword}');
      create foreign table elsewhere (n int) server other options (table_name 'c')`)
    for (const messages of [
      ['insert into elsewhere values (1)'],
      ['begin', 'insert into elsewhere values (1)', 'commit'],
    ])
      await expect(say(messages, isExtended)).rejects.toMatchObject({
        code: 'PU001',
        message: expect.stringContaining('public.elsewhere, a foreign table'),
      })
    expect(await written()).toBe(0)
    await say(
      ['insert into c select n + 1 from elsewhere', 'alter foreign table elsewhere add m int'],
      isExtended,
    )
    expect(judged).toEqual([{}, {}])
  })
})
