import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openInspector } from '../../../src/databases/postgres/inspect/open-inspector.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { openClient, openStage } from './stage.ts'

describe.each(await allPrograms())('clients, by PostgreSQL $version', (programs) => {
  let server: Postgres
  let stage: Awaited<ReturnType<typeof openStage>>
  beforeAll(async () => {
    server = await startPostgres('p', { programs })
    stage = await openStage(server, `create role app login password 'p'; create role weak login password 'p'`)
  })
  afterAll(async () => {
    await stage[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    await stage.client.query(`drop schema if exists public, shop cascade; create schema public; alter role app reset all;
      create table t (id int primary key, name text, mood text); insert into t select n, 'n' || n from generate_series(1, 5) n`)
  })

  async function outcomes(statements: readonly (string | { text: string; role: string })[], change = '') {
    const given = statements.map((one) => (typeof one === 'string' ? { text: one } : one))
    await using clients = await stage.inspector.prepare(given.map((one) => ({ ...one, calls: 1 })))
    const before = await clients.execute()
    await stage.client.query(change)
    return { before, after: await clients.execute(), lacking: clients.lacking }
  }

  it('execute what they prepared, and change nothing', async () => {
    const { before, after } = await outcomes([
      'select * from t',
      'select * from t where id = $1',
      'insert into t (id, name) values ($1 + 100, $2)',
      'update t set name = $1',
      'delete from t where id = any ($1)',
      'with gone as (delete from t returning id) select count(*) from gone -- said',
      'select * from generate_series(1, 100000)',
    ])
    expect(before).toEqual([
      { rows: 5 },
      { rows: 1 },
      { rows: 1 },
      { rows: 5 },
      { rows: 0 },
      { rows: 1 },
      { rows: 1_000 },
    ])
    expect(after).toEqual(before)
    expect((await stage.client.query('select count(*)::int as n, min(name) as name from t')).rows).toEqual([
      { n: 5, name: 'n1' },
    ])
  })

  it('tell what a change broke, each by its SQLSTATE', async () => {
    const { before, after } = await outcomes(
      [
        'select * from t',
        'select name from t where id = $1',
        'insert into t (id) values ($1 + 100)',
        'select mood from t',
        'select id from t',
      ],
      'alter table t drop mood; alter table t alter name set not null; alter table t add extra int',
    )
    expect(before.every((one) => 'rows' in one)).toBe(true)
    expect(after).toEqual([
      { sqlState: '0A000' },
      { rows: 1 },
      { sqlState: '23502' },
      { sqlState: '42703' },
      { rows: 5 },
    ])
  })

  it('tell what can’t be run so', async () => {
    const { before, after } = await outcomes([
      'begin',
      'commit',
      'copy t to stdout',
      'copy t from stdin',
      'vacuum t',
      'create table u (id int)',
      'select 1; delete from t',
      'delete from t; commit',
      'select * from gone',
      'selec',
      '',
      'select pg_sleep(60)',
      'set search_path = x',
      'select 1);delete from t;--',
    ])
    expect(before.map((one) => ('sqlState' in one ? one.sqlState : one.rows))).toEqual([
      ...Array.from({ length: 8 }, () => '42601'),
      '42P01',
      '42601',
      '42601',
      '57014',
      '42601',
      '42601',
    ])
    expect(after).toEqual(before)
    expect((await stage.client.query('select count(*)::int as n from t')).rows).toEqual([{ n: 5 }])
  })

  it('give parameters that are not null, of each type', async () => {
    await stage.client.query(`create type mood as enum ('fine', 'bad'); create domain small as int check (value < 5);
      create table every (a int2 not null, b int8 not null, c numeric not null, d float8 not null, e text not null, f varchar(3) not null,
        g char(1) not null, h bool not null, i uuid not null, j date not null, k timestamp not null, l timestamptz not null, m time not null,
        n interval not null, o json not null, p jsonb not null, q int[] not null, r mood not null, s small not null, t bytea not null, u inet not null,
        v int4range not null, w xml not null, x tsvector not null, y bit(1) not null, z money not null, z1 timetz not null, z2 cidr not null, z3 oid not null)`)
    const places = Array.from({ length: 29 }, (_, index) => `$${index + 1}`)
    const { before } = await outcomes([
      `insert into every values (${places.join(', ')})`,
      'select $1::point is null',
    ])
    expect(before).toEqual([{ rows: 1 }, { rows: 1 }])
  })

  it('have the rights and settings of their roles', async () => {
    await stage.client.query(`create schema shop; create table shop.t (id int); grant usage on schema shop, public to app; grant select on shop.t to app;
      alter role app set search_path = shop; alter role app set statement_timeout = '1min'`)
    const { before, after, lacking } = await outcomes(
      [
        { text: 'select * from t', role: 'app' },
        { text: 'delete from t', role: 'app' },
        'select * from t',
        { text: 'select 1', role: 'gone' },
      ],
      'alter table shop.t enable row level security; revoke select on shop.t from app',
    )
    expect(before).toEqual([{ rows: 0 }, { sqlState: '42501' }, { rows: 5 }, { rows: 1 }])
    expect(after).toEqual([{ sqlState: '42501' }, { sqlState: '42501' }, { rows: 5 }, { rows: 1 }])
    expect(lacking).toEqual([{ what: expect.stringContaining('gone'), grant: 'GRANT "gone" TO "postgres"' }])
  })

  it('see what row security shows their roles', async () => {
    await stage.client.query('grant usage on schema public to app; grant select on t to app')
    const { before, after } = await outcomes(
      [{ text: 'select * from t', role: 'app' }],
      'alter table t enable row level security; create policy few on t using (id < 3)',
    )
    expect([before, after]).toEqual([[{ rows: 5 }], [{ rows: 2 }]])
  })

  it('say so when their session was cut', async () => {
    const { after } = await outcomes(
      ['select * from t'],
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'purser%' and datname = current_database()`,
    )
    expect(after).toEqual([{ sqlState: expect.stringMatching(/^(57P01|08006)$/) }])
  })

  it('can’t be seen without the extension', async () => {
    expect(await stage.inspector.clientStatements(10)).toMatchObject({
      grant: 'CREATE EXTENSION pg_stat_statements',
    })
  })
})

describe.each(await allPrograms())('statements that clients sent, by PostgreSQL $version', (programs) => {
  it('are told by role, the most frequent first, without monitoring and without ours', async () => {
    await using server = await startPostgres('p', {
      programs,
      settings: ['shared_preload_libraries=pg_stat_statements'],
    })
    await using stage = await openStage(
      server,
      `create extension pg_stat_statements; create role app login password 'p';
      create table orders (id int, pg_name text); grant all on orders to app; create view pg_things as select 1 as n; grant all on pg_things to app`,
    )
    const app = await openClient(stage.urlAs('app'))
    await stage.client.query('select pg_stat_statements_reset()')
    for (const id of [1, 2, 3]) await app.query('select * from orders where id = $1', [id])
    for (const sql of ['insert into orders values (1)', '( /* by x */ select 2 )', 'select * from pg_things'])
      await app.query(sql)
    for (const sql of [
      'begin',
      'commit',
      'select relname from pg_class',
      'select version()',
      'create temporary table x (a int)',
    ])
      await app.query(sql)
    await stage.inspector.content(['public.orders'])
    await stage.inspector.distinct([{ table: 'public.orders', column: 'id' }])
    await stage.inspector.schema()
    const found = await stage.inspector.clientStatements(100)
    expect(found).toEqual([
      { text: 'select * from orders where id = $1', role: 'app', calls: 3 },
      ...[
        '( /* by x */ select $1 )',
        'insert into orders values ($1)',
        'select * from pg_things',
        'select version()',
      ].map((text) => ({ text, role: 'app', calls: 1 })),
    ])
    expect(await stage.inspector.clientStatements(1)).toHaveLength(1)

    await stage.client.query('grant pg_read_all_settings to app')
    await stage.client.query('select 1 as another from orders')
    await using weak = await openInspector(stage.urlAs('app'))
    expect(await weak.clientStatements(10)).toEqual({
      what: expect.stringContaining('other roles'),
      grant: 'GRANT pg_read_all_stats TO "app"',
    })
    await app.end()
  })

  it('can’t be seen where the library is not loaded', async () => {
    await using server = await startPostgres('p', { programs })
    await using stage = await openStage(server, 'create extension pg_stat_statements')
    expect(await stage.inspector.clientStatements(10)).toMatchObject({
      grant: expect.stringContaining('shared_preload_libraries'),
    })
  })
})
