import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openInspector } from '../../../src/databases/postgres/inspect/open-inspector.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { openClient, openStage } from './stage.ts'

describe.each(await allPrograms())('probes, by PostgreSQL $version', (programs) => {
  let server: Postgres
  let stage: Awaited<ReturnType<typeof openStage>>
  let migrator: pg.Client
  beforeAll(async () => {
    server = await startPostgres('p', { programs })
    stage = await openStage(server, '')
    migrator = await openClient(stage.url)
  })
  afterAll(async () => {
    await migrator.end()
    await stage[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    await stage.client.query(`drop schema if exists public cascade; create schema public;
      create table t (id int primary key, name text); insert into t select n, 'n' from generate_series(1, 10) n;
      create table other (id int); insert into other values (1); create table nothing (id int)`)
  })

  /** A transaction that goes on to work for so long. */
  async function hold(ms: number, ...statements: readonly string[]) {
    await migrator.query('begin')
    for (const statement of statements) await migrator.query(statement)
    const started = performance.now()
    await migrator.query('select pg_sleep($1)', [ms / 1_000])
    await migrator.query('rollback')
    return performance.now() - started
  }

  it('tell readers and writers apart, by table', async () => {
    const probes = await stage.inspector.probe(['public.t', 'public.other', 'public.nothing', 'public.gone'])
    const held = await hold(2_000, 'lock table t in share mode', 'lock table other in access exclusive mode')
    const waited = await probes.stop()
    expect([...waited.keys()].sort()).toEqual(['public.nothing', 'public.other', 'public.t'])
    const [t, other] = [waited.get('public.t'), waited.get('public.other')]
    expect(t?.reads.longestMs).toBeLessThan(1_000)
    for (const one of [t?.writes, other?.reads, other?.writes]) {
      expect(one?.longestMs).toBeGreaterThan(1_500)
      expect(one?.longestMs).toBeLessThan(held * 1.5)
      expect(one?.totalMs).toBeGreaterThanOrEqual(one?.longestMs ?? 0)
    }
    expect(waited.get('public.nothing')?.writes).toBeUndefined()
    expect(waited.get('public.nothing')?.reads.tries).toBeGreaterThan(20)
  })

  it('wait for the row as well', async () => {
    const probes = await stage.inspector.probe(['public.t'])
    await hold(1_000, 'update t set name = name')
    const t = (await probes.stop()).get('public.t')
    expect(t?.writes?.longestMs).toBeGreaterThan(500)
    expect(t?.reads.longestMs).toBeLessThan(500)
  })

  it('are in nobody’s way who writes a table and then locks it, however long the writing takes', async () => {
    const probes = await stage.inspector.probe(['public.t'])
    await migrator.query(`begin; update t set name = name; select pg_sleep(1.5)`)
    await migrator.query('alter table t add c int')
    await migrator.query('commit')
    const t = (await probes.stop()).get('public.t')
    expect(t?.writes?.longestMs).toBeGreaterThan(1_000)
  })

  it('take a machine that has no time for them for no lock', async () => {
    const probes = await stage.inspector.probe(['public.t'])
    await migrator.query('begin; lock table t in access exclusive mode')
    const sessions = `select pid from pg_stat_activity where application_name = 'purser probe'`
    const waiting = `${sessions} and wait_event_type = 'Lock'`
    await expect.poll(() => server.query(waiting), { interval: 1 }).toHaveLength(2)
    const pids = (await server.query(sessions)).map(({ pid }) => Number(pid))
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    await migrator.query('rollback')
    await stage.client.query('select pg_sleep(2)')
    for (const pid of pids) process.kill(pid, 'SIGCONT')
    const t = (await probes.stop()).get('public.t')
    for (const one of [t?.reads, t?.writes]) expect(one?.longestMs).toBeLessThan(1_000)
  })

  it('count a wait that has not ended, and leave nothing behind', async () => {
    await migrator.query('begin; lock table t in access exclusive mode')
    const probes = await stage.inspector.probe(['public.t'])
    await stage.client.query('select pg_sleep(0.5)')
    const t = (await probes.stop()).get('public.t')
    expect(t?.reads.longestMs).toBeGreaterThan(250)
    await migrator.query('rollback')
    const waiting = `select from pg_stat_activity where application_name = 'purser probe' and wait_event_type = 'Lock'`
    await expect.poll(() => server.query(waiting)).toEqual([])
  })

  it('change nothing, and fire no triggers', async () => {
    await stage.client.query(`create function f() returns trigger language plpgsql as $$ begin raise exception 'fired'; end $$;
      create trigger g before update on t for each row execute function f()`)
    const probes = await stage.inspector.probe(['public.t'])
    const t = (await probes.stop()).get('public.t')
    expect(t?.writes?.tries).toBeGreaterThanOrEqual(20)
    expect((await stage.client.query('select count(*)::int as n, min(name) as name from t')).rows).toEqual([
      { n: 10, name: 'n' },
    ])
  })

  it('take the lock of a write where no row may be written', async () => {
    await stage.client.query('alter table t add constraint none check (id < 0) not valid')
    const probes = await stage.inspector.probe(['public.t'])
    await hold(1_000, 'lock table t in share mode')
    expect((await probes.stop()).get('public.t')?.writes?.longestMs).toBeGreaterThan(500)
  })

  it('go on after a change of the table, and end with it', async () => {
    const probes = await stage.inspector.probe(['public.t', 'public.other'])
    await migrator.query('alter table t rename id to number; alter table t drop name; drop table other')
    await hold(2_000, 'lock table t in access exclusive mode')
    const waited = await probes.stop()
    expect(waited.get('public.t')?.reads.longestMs).toBeGreaterThan(1_000)
    expect(waited.get('public.t')?.writes?.longestMs).toBeGreaterThan(1_000)
    expect(waited.get('public.other')?.reads.longestMs).toBeLessThan(1_000)
  })

  it('count the wait for a change after which they fail', async () => {
    const probes = await stage.inspector.probe(['public.other'])
    await migrator.query('begin; drop table other')
    await migrator.query('select pg_sleep(1)')
    await migrator.query('commit')
    const other = (await probes.stop()).get('public.other')
    expect(other?.reads.longestMs).toBeGreaterThan(500)
    expect(other?.writes?.longestMs).toBeGreaterThan(500)
  })

  it('are of partitioned tables, materialized views, identities and odd names too', async () => {
    await stage.client.query(`create table events (at date not null, n int) partition by range (at); create table events_1 partition of events default; insert into events values ('2026-01-01', 1);
      create materialized view m as select id from t; create table i (id int generated always as identity primary key); insert into i default values;
      create table "O'dd "". Ü" (" a""b %s ' " text primary key, c int generated always as (1) stored); insert into "O'dd "". Ü" values ('it''s %L')`)
    const probes = await stage.inspector.probe(['public.events', 'public.m', 'public.i', `public.O'dd ". Ü`])
    const waited = await probes.stop()
    for (const name of ['public.events', `public.O'dd ". Ü`])
      expect(waited.get(name)?.writes?.tries, name).toBeGreaterThan(10)
    for (const { reads } of waited.values()) expect(reads.tries).toBeGreaterThan(10)
    expect(waited.get('public.m')?.writes).toBeUndefined()
    expect(waited.get('public.i')?.writes).toBeUndefined()
  })

  it('share sessions where there are many tables', async () => {
    const names = Array.from({ length: 60 }, (_, n) => `many_${n}`)
    await stage.client.query(
      names
        .map((name) => `create table ${name} (id int primary key); insert into ${name} values (1)`)
        .join(';'),
    )
    const probes = await stage.inspector.probe(names.map((name) => `public.${name}`))
    const { rows } = await stage.client.query(
      `select count(*)::int as n from pg_stat_activity where application_name = 'purser probe'`,
    )
    const waited = await probes.stop()
    expect(rows[0].n).toBeLessThanOrEqual(40)
    expect(waited.size).toBe(60)
    for (const { reads, writes } of waited.values())
      expect(Math.min(reads.tries, writes?.tries ?? 0)).toBeGreaterThan(0)
  })

  it('leave sessions to others, also where many look at once', async () => {
    await using small = await startPostgres('p', { programs, settings: ['max_connections=60'] })
    const names = Array.from({ length: 30 }, (_, n) => `many_${n}`)
    const made = names.map((name) => `create table ${name} as select 1 as id`).join(';')
    await using one = await openStage(small, made)
    await using other = await openStage(small, made)
    const tables = names.map((name) => `public.${name}`)
    const both = await Promise.all([one, other].map(({ inspector }) => inspector.probe(tables)))
    const others = await Promise.all(Array.from({ length: 10 }, () => openClient(one.url)))
    for (const probes of both) {
      const waited = await probes.stop()
      expect(waited.size).toBe(30)
      for (const { reads } of waited.values()) expect(reads.tries).toBeGreaterThan(0)
    }
    await Promise.all(others.map((client) => client.end()))
  })

  it('take the lock of a write where a role may not keep triggers still', async () => {
    await stage.client.query(
      `drop role if exists weak; create role weak login password 'p'; grant usage on schema public to weak; grant select, update on t to weak`,
    )
    await using weak = await openInspector(stage.urlAs('weak'))
    const probes = await weak.probe(['public.t'])
    await hold(1_000, 'lock table t in share mode')
    expect((await probes.stop()).get('public.t')?.writes?.longestMs).toBeGreaterThan(500)
    await expect(weak.probe(['public.other'])).rejects.toMatchObject({ code: 'INSPECT_RIGHTS_MISSING' })
    await stage.client.query('drop owned by weak; drop role weak')
  })
})
