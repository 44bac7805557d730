import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openInspector } from '../../../src/databases/postgres/inspect/open-inspector.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { openStage } from './stage.ts'

describe.each(await allPrograms())('content, by PostgreSQL $version', (programs) => {
  let server: Postgres
  let stage: Awaited<ReturnType<typeof openStage>>
  beforeAll(async () => {
    server = await startPostgres('p', { programs })
    stage = await openStage(server, '')
  })
  afterAll(async () => {
    await stage[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    await stage.client.query('drop schema if exists public cascade; create schema public')
  })

  async function columnOf(table = 'public.t', column = 'c') {
    const found = (await stage.inspector.content([table])).get(table)?.columns.get(column)
    if (found === undefined) throw new Error(`${table}.${column} was not read`)
    return found
  }

  it.each<[from: string, to: string, values: readonly string[]]>([
    ['int', 'bigint', ['1', '-7', '0']],
    ['smallint', 'numeric(10,4)', ['1', '-7', '0']],
    ['numeric(10,4)', 'numeric', ['1.5', '100', '0', '0.0001']],
    ['numeric(10,1)', 'numeric(12,3)', ['1.5', '100', "'NaN'"]],
    ['numeric', 'double precision', ['1.5', '0.1', '1e20', "'Infinity'"]],
    ['double precision', 'numeric', ['0.25', '1e-7', '-0.0']],
    ['money', 'numeric(12,2)', ['12.50', '0']],
    ['text', 'int using c::int', ["'12'", "'-3'"]],
    ['int', 'text', ['12', '-3']],
    ['text', 'varchar(20)', ["'grün'", "''", "'a  '"]],
    ['text', 'text collate "C"', ["'b'", "'a'"]],
    ['char(9)', 'text', ["'a'", "'bc'"]],
    ['char(9)[]', 'text[] using c::text[]', ["array['a','bc']"]],
    ['timestamp', `timestamptz using c at time zone 'UTC'`, ["'2026-01-02 03:04:05.678'", "'infinity'"]],
    ['timestamptz', `timestamp using c at time zone 'UTC'`, ["'2026-06-02 03:04:05+02'"]],
    ['date', 'timestamp', ["'2026-01-02'", "'-infinity'", "'0044-03-15 BC'"]],
    ['json', 'jsonb', [`'{"b": 1,   "a": [1, null]}'`, `'"x"'`]],
    ['text', 'json using c::json', [`'{"a": 1}'`]],
    ['mood', 'text', ["'fine'", "'it''s'"]],
    ['text', 'mood using c::mood', ["'fine'"]],
    ['positive', 'bigint', ['1', '2']],
    ['int[]', 'numeric[]', ["'{1,2,null}'", "'{}'"]],
    ['numeric[]', 'numeric(10,3)[]', ["'{1.5,2}'"]],
    ['timestamp[]', 'timestamptz[]', ["'{2026-01-02}'"]],
    ['uuid', 'text', ["'6f6b2ad4-5ac0-4a35-9d1a-5d0a1b9d3d0e'"]],
    ['inet', 'text using host(c)', ["'10.0.0.1'", "'::1'"]],
    ['interval', 'text', ["'1 day 2 hours'"]],
    ['bytea', 'text', [`'\\x00ff'`]],
    ['boolean', 'text', ['true', 'false']],
  ])('is the same as %s and as %s', async (from, to, values) => {
    await stage.client.query(`set timezone = 'UTC'; create type mood as enum ('fine', 'it''s'); create domain positive as int check (value > 0);
      create table t (c ${from}); insert into t values ${[...values, 'null'].map((value) => `(${value})`).join(', ')}`)
    const before = await columnOf()
    await stage.client.query(`alter table t alter c type ${to}`)
    const after = await columnOf()
    expect(after.type).not.toBe(to.includes('collate') ? '' : before.type)
    expect(after.digest).toBe(before.digest)
    expect(after.nonNull).toBe(values.length)
    expect(before.nonNull).toBe(values.length)
  })

  it.each<[from: string, to: string, value: string]>([
    ['text', 'int using c::int', "'007'"],
    ['numeric', 'int', '1.5'],
    ['numeric', 'real', '0.123456789'],
    ['bigint', 'text using to_hex(c)', '255'],
    ['timestamptz', `timestamp using c at time zone 'Europe/Berlin'`, "'2026-06-02 03:04:05+00'"],
    ['timestamp', 'date', "'2026-06-02 03:04:05'"],
    ['timestamp', 'timestamp(0)', "'2026-06-02 03:04:05.6'"],
    ['text', 'varchar(2) using left(c, 2)', "'abc'"],
    ['text', 'text using lower(c)', "'Abc'"],
    ['text', 'text using trim(c)', "'a '"],
    ['json', 'jsonb', `'{"a": 1, "a": 2}'`],
    ['bytea', 'bytea using substr(c, 1, 1)', `'\\x00ff'`],
    ['numeric[]', 'int[] using c::int[]', "'{1.5}'"],
  ])('tells of a change of values from %s to %s', async (from, to, value) => {
    await stage.client.query(`create table t (c ${from}); insert into t values (${value})`)
    const before = await columnOf()
    await stage.client.query(`alter table t alter c type ${to}`)
    // a repeated name in a document is read as the last one
    const isEqual = from === 'json'
    expect((await columnOf()).digest === before.digest).toBe(isEqual)
  })

  it('is the same in every order and with every setting of a role', async () => {
    await stage.client.query(`create table t (c timestamptz, n float8, b bytea, i interval, d date);
      insert into t select '2026-01-01Z'::timestamptz + n * interval '1 hour', n / 3.0, decode(md5(n::text), 'hex'), n * interval '1 hour', date '2026-01-01' + n
      from generate_series(1, 100000) n`)
    const before = (await stage.inspector.content(['public.t'])).get('public.t')
    await stage.client.query(`create table u as select * from t order by c desc; drop table t; alter table u rename to t;
      alter role postgres set timezone = 'Asia/Tokyo'; alter role postgres set datestyle = 'German'; alter role postgres set extra_float_digits = -10;
      alter role postgres set bytea_output = 'escape'; alter role postgres set intervalstyle = 'iso_8601'; alter role postgres set statement_timeout = '50ms'`)
    try {
      await using other = await openInspector(stage.url)
      expect((await other.content(['public.t'])).get('public.t')?.columns).toEqual(before?.columns)
    } finally {
      await stage.client.query('alter role postgres reset all')
    }
  })

  it('tells of one value that changed, one that became null, and one row that went', async () => {
    await stage.client.query(
      'create table t (c int, d text); insert into t select n, n from generate_series(1, 1000) n',
    )
    const before = (await stage.inspector.content(['public.t'])).get('public.t')
    await stage.client.query(`update t set d = 'z' where c = 500`)
    const changed = (await stage.inspector.content(['public.t'])).get('public.t')
    expect(changed?.columns.get('c')).toEqual(before?.columns.get('c'))
    expect(changed?.columns.get('d')?.digest).not.toBe(before?.columns.get('d')?.digest)
    await stage.client.query('update t set d = null where c = 1; delete from t where c = 2')
    const after = (await stage.inspector.content(['public.t'])).get('public.t')
    expect([after?.rows, after?.columns.get('d')?.nonNull]).toEqual([999, 998])
  })

  it('is read of partitioned tables wholly, of parents alone, of materialized views, and of nothing else', async () => {
    await stage.client.query(`
      create table events (at date, n numeric) partition by range (at);
      create table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01'); create table events_2 partition of events default;
      insert into events select date '2026-01-20' + n, n from generate_series(1, 30) n;
      create table parent (a int); create table heir (b int) inherits (parent); insert into parent values (1); insert into heir values (2, 3);
      create materialized view counted as select a from parent; create materialized view unread as select 1 as a with no data;
      create view seen as select a from parent; create table nothing (); insert into nothing default values;
      create table "O'dd "". Ü" (" a""b %s " int); insert into "O'dd "". Ü" values (1)`)
    const found = await stage.inspector.content([
      'public.events',
      'public.parent',
      'public.heir',
      'public.counted',
      'public.unread',
      'public.seen',
      'public.nothing',
      `public.O'dd ". Ü`,
      'public.gone',
    ])
    expect(new Map([...found].map(([name, { rows }]) => [name, rows]))).toEqual(
      new Map(
        Object.entries({
          'public.events': 30,
          'public.parent': 1,
          'public.heir': 1,
          'public.counted': 2,
          'public.nothing': 1,
          'public.O\'dd ". Ü': 1,
        }),
      ),
    )
    const parts = await stage.inspector.content(['public.events_1', 'public.events_2'])
    const bytes = [...parts.values()].map((part) => part.bytes)
    expect(bytes.every((some) => some >= 8_192)).toBe(true)
    expect(found.get('public.events')?.bytes).toBe(bytes.reduce((sum, some) => sum + some))
    expect(found.get(`public.O'dd ". Ü`)?.columns.get(' a"b %s ')?.nonNull).toBe(1)
  })

  it('reads types of all kinds, and types within types', async () => {
    await stage.client.query(
      `
      create type item as (price numeric, at timestamptz); create domain amount as numeric(10, 2); create domain amounts as amount[];
      create table t (a item, b item[], c amounts, d item[][], e tsrange, f tsvector, g bit(3), h point, i xml, j macaddr, k name, l "char", m oid, n timetz,
        o amount, p json, q int4multirange, r regclass);
      `,
    )
    await stage.client.query(`insert into t values ((1.50, '2026-01-01Z'), array[(1.50, null), null]::item[], '{1.50,2}', array[array[row(1.0, null)::item]], '[2026-01-01,2026-01-02)',
      'a b', '101', '(1,2)', '<a/>', '08:00:2b:01:02:03', 'k', 'l', 7, '12:00+02', 1.50, '{"a": 1e500}', '{[1,3)}', 'pg_class')`)
    const before = (await stage.inspector.content(['public.t'])).get('public.t')
    await stage.client.query('insert into t default values')
    expect([...(before?.columns.values() ?? [])].map(({ nonNull }) => nonNull)).toEqual(
      Array.from({ length: 18 }, () => 1),
    )
    await stage.client.query(
      `update t set a = (1.5, '2026-01-01 01:00+01'), b = array[(1.5, null), null]::item[], c = '{1.5,2.0}', o = 1.5 where a is not null`,
    )
    expect((await stage.inspector.content(['public.t'])).get('public.t')?.columns).toEqual(before?.columns)
    await stage.client.query(
      `update t set a = (1.6, '2026-01-01Z'), b = array[(1.6, null), null]::item[], c = '{1.6,2}', d = array[array[row(1.1, null)::item]] where a is not null`,
    )
    const after = (await stage.inspector.content(['public.t'])).get('public.t')
    for (const name of ['a', 'b', 'c', 'd'])
      expect(after?.columns.get(name)?.digest).not.toBe(before?.columns.get(name)?.digest)
  })

  it('reads json that is no jsonb as it is written', async () => {
    await stage.client.query(
      `create table t (c json, d json); insert into t values ('{"a": "\\u0000"}', '{"b":   1}')`,
    )
    expect(await columnOf()).toMatchObject({ nonNull: 1 })
  })

  it('reads a table of 1,600 columns', async () => {
    const columns = Array.from({ length: 1_600 }, (_, n) => `c${n}`)
    await stage.client.query(
      `create table t (${columns.map((name) => `${name} smallint`).join(', ')}); insert into t (c0, c1599) values (1, 2)`,
    )
    const content = (await stage.inspector.content(['public.t'])).get('public.t')
    expect(content?.columns.size).toBe(1_600)
    expect([
      content?.rows,
      content?.columns.get('c1599')?.nonNull,
      content?.columns.get('c800')?.nonNull,
    ]).toEqual([1, 1, 0])
  })

  it('says so where row security or rights hide rows, with what to give', async () => {
    await stage.client.query(`create table t (c int); insert into t values (1), (2); create table closed (c int);
      drop role if exists looker; create role looker login password 'p'; grant usage on schema public to looker; grant select on t to looker;
      alter table t enable row level security; create policy one on t using (c = 1)`)
    await using looker = await openInspector(stage.urlAs('looker'))
    await expect(looker.content(['public.t'])).rejects.toMatchObject({
      code: 'INSPECT_RIGHTS_MISSING',
      message: expect.stringContaining('row-level security'),
    })
    await expect(looker.content(['public.closed'])).rejects.toMatchObject({
      code: 'INSPECT_RIGHTS_MISSING',
      message: expect.stringContaining('public.closed'),
    })
    await stage.client.query('drop owned by looker; drop role looker')
  })

  it('counts different values as an application reads them', async () => {
    await stage.client.query(
      `create table t (a numeric, b text, c int); insert into t values (1.5, 'x', null), (1.50, 'y', null), (2, 'x', null), (null, null, null)`,
    )
    const asked = ['a', 'b', 'c', 'gone'].map((column) => ({ table: 'public.t', column }))
    expect(await stage.inspector.distinct(asked)).toEqual(
      new Map([
        ['public.t.a', 2],
        ['public.t.b', 2],
        ['public.t.c', 0],
      ]),
    )
  })

  it('reads on after a question that failed, and several at once', async () => {
    await stage.client.query('create table t (c int)')
    const both = await Promise.all([
      stage.inspector.content(['public.t']),
      stage.inspector.schema(),
      stage.inspector.content(['public.t']),
    ])
    expect(both[0].size + both[2].size).toBe(2)
  })
})
