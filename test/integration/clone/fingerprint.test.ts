import { execFileSync } from 'node:child_process'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { differencesOf, fingerprintSchema } from '../../../src/databases/postgres/fingerprint/fingerprint.ts'
import type { FingerprintScope } from '../../../src/databases/postgres/fingerprint/scope.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { variedSchema } from './schemas.ts'
import { programsWithDump } from './stage.ts'

describe.each(await allPrograms())('the fingerprint of a schema, by PostgreSQL $version', (programs) => {
  let server: Postgres
  let made = 0
  beforeAll(async () => {
    server = await startPostgres('p', { programs })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  async function makeDatabase(sql: string) {
    made += 1
    const database = `d${made}`
    await server.query(`create database ${database}`)
    const client = new pg.Client({ connectionString: server.url({ database }) })
    client.on('error', () => {})
    await client.connect()
    await client.query(sql)
    return {
      client,
      fingerprint: (scope?: FingerprintScope) => fingerprintSchema(client, scope),
      [Symbol.asyncDispose]: () => client.end(),
    }
  }

  const basis = `create table t (a int primary key, b text not null default 'x', c varchar(5) check (c in ('p', 'q')));
    create index by_b on t (b); create view v as select a from t; create sequence s;
    create function f() returns trigger language plpgsql as 'begin return new; end';
    create trigger g before insert on t for each row execute function f(); create type mood as enum ('fine', 'bad')`

  it('does not tell of content, OIDs and the gaps of dropped columns', async () => {
    await using one = await makeDatabase(basis)
    await using other = await makeDatabase(
      `create table other (a int); ${basis.replace('(a int', '(gone int, a int')};
       alter table t drop column gone; drop table other; insert into t values (1); select nextval('s')`,
    )
    const [first, second] = [await one.fingerprint(), await other.fingerprint()]
    expect(differencesOf(first.objects, second.objects)).toEqual([])
    expect(second.digest).toBe(first.digest)
  })

  it.each([
    ['alter table t add column d int', ['column public.t.d is not in production']],
    ['alter table t alter column b drop not null', ['column public.t.b is different']],
    [`alter table t alter column b set default 'y'`, ['column public.t.b is different']],
    ['alter table t alter column b type varchar(9) using b', ['column public.t.b is different']],
    ['alter table t alter column b set statistics 500', ['column public.t.b is different']],
    ['alter table t set (fillfactor = 50)', ['table public.t is different']],
    ['alter table t replica identity full', ['table public.t is different']],
    ['alter table t enable row level security', ['table public.t is different']],
    ['alter table t set unlogged', ['table public.t is different']],
    ['drop index by_b', ['index public.by_b is missing']],
    ['alter table t add check (a > 0) not valid', ['constraint public.t.t_a_check is not in production']],
    [
      `alter table t drop constraint t_c_check, add constraint t_c_check check (c in ('p', 'r'))`,
      ['constraint public.t.t_c_check is different'],
    ],
    ['alter table t disable trigger g', ['trigger public.t.g is different']],
    [
      'create or replace view v as select a, b from t',
      ['column public.v.b is not in production', 'table public.v is different'],
    ],
    ['alter sequence s increment 2', ['sequence public.s is different']],
    [
      `create or replace function f() returns trigger language plpgsql as 'begin return old; end'`,
      ['function public.f() is different'],
    ],
    [`alter type mood add value 'new'`, ['type public.mood is different']],
    ['create policy p on t using (true)', ['policy public.t.p is not in production']],
    ['create statistics st on a, b from t', ['statistics public.st is not in production']],
    ['create rule r as on delete to t do instead nothing', ['rule public.t.r is not in production']],
    ['create publication pub for table t', ['publication pub is not in production']],
  ])('names what %s changed', async (change, expected) => {
    await using database = await makeDatabase(basis)
    const before = await database.fingerprint()
    await database.client.query(change)
    const after = await database.fingerprint()
    const names = differencesOf(before.objects, after.objects)
    // NOT NULL is a constraint with a name of its own in PostgreSQL 18
    expect(names.filter((name) => !/_not_null/.test(name))).toEqual(expected)
    expect(after.digest).not.toBe(before.digest)
  })

  it('tells owners and grants apart from the rest', async () => {
    await using database = await makeDatabase(basis)
    const before = await database.fingerprint()
    await database.client.query(`create role reader_${made}; grant select on t to reader_${made}`)
    const after = await database.fingerprint()
    expect(differencesOf(before.objects, after.objects)).toEqual([])
    expect(differencesOf(before.rights, after.rights)).toEqual(['rights on table public.t is different'])
    expect(after.digest).not.toBe(before.digest)
  })

  it('leaves out partitions that come and go by a declared pattern, and no others', async () => {
    await using database = await makeDatabase(`create table e (at int primary key) partition by range (at);
      create table "e%_1" partition of e for values from (1) to (2)`)
    const scope = { passingPartitions: ['public.e%_*'] }
    const before = await database.fingerprint(scope)
    await database.client.query('create table "e%_2" partition of e for values from (2) to (3)')
    expect((await database.fingerprint(scope)).digest).toBe(before.digest)
    await database.client.query('create table other_3 partition of e for values from (3) to (4)')
    expect((await database.fingerprint(scope)).digest).not.toBe(before.digest)
  })

  it('takes about a second for 1,000 tables', { timeout: 120_000 }, async () => {
    await using database = await makeDatabase(`do $$ begin for i in 1..1000 loop
      execute format('create table t_%s (id bigserial primary key, name text not null default %L, n int check (n > 0), at timestamptz)', i, 'x');
      execute format('create index on t_%s (name)', i); end loop; end $$`)
    const began = performance.now()
    const { objects } = await database.fingerprint()
    const took = performance.now() - began
    console.log(`fingerprint of 1,000 tables by PostgreSQL ${programs.version}: ${Math.round(took)} ms`)
    expect(objects.size).toBeGreaterThan(8_000)
    // what is usual is under a second; others may be busy on this machine
    expect(took).toBeLessThan(10_000)
  })
})

it('is the same after a dump was restored', async () => {
  const programs = await programsWithDump()
  await using server = await startPostgres('p', { programs })
  await server.query('create database other template template0')
  const one = new pg.Client({ connectionString: server.url() })
  const other = new pg.Client({ connectionString: server.url({ database: 'other' }) })
  for (const client of [one, other]) {
    client.on('error', () => {})
    await client.connect()
  }
  await one.query(variedSchema)
  const program = (name: string) => path.join(path.dirname(programs.postgres), name)
  const dump = execFileSync(program('pg_dump'), ['--format=custom', server.url()], { maxBuffer: 1e9 })
  execFileSync(program('pg_restore'), ['--dbname', server.url({ database: 'other' })], { input: dump })
  const [first, second] = [await fingerprintSchema(one), await fingerprintSchema(other)]
  expect(differencesOf(first.objects, second.objects)).toEqual([])
  expect(differencesOf(first.rights, second.rights)).toEqual([])
  expect(second.digest).toBe(first.digest)
  await Promise.all([one.end(), other.end()])
})
