import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { variedSchema } from './schemas.ts'
import { openStage, type ProductionDatabase, queryAt, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const goldens = async () => (await stage.databases()).filter((name) => name.startsWith('purser_golden'))

describe('a clone of a varied database with odd names', () => {
  let shop: ProductionDatabase
  beforeAll(async () => {
    shop = await stage.makeDatabase('shop "ü" = 1')
    await shop.query(variedSchema)
    await shop.query(
      `do $$ begin execute format('alter database %I set timezone = ''Asia/Tokyo''', current_database()); end $$`,
    )
  })

  it('is faithful, and has the settings of its database', async () => {
    await using clone = await shop.clone()
    expect(clone.faithfulness).toMatchObject({ isFaithful: true, masked: [] })
    expect(clone.faithfulness.checks.filter(({ result }) => result !== 'same')).toEqual([])
    expect(await queryAt(clone.url, 'show timezone')).toEqual([{ TimeZone: 'Asia/Tokyo' }])
  })

  it('comes from the golden copy that is there, and says so', async () => {
    await using _ = await shop.clone()
    const there = await goldens()
    const said: string[] = []
    await using clone = await shop.clone({}, { say: (sentence) => said.push(sentence) })
    expect(await goldens()).toEqual(there)
    expect(said.join('\n')).toMatch(/The golden copy purser_golden_production_\S+ is of the same schema/)
    expect(clone.why).toMatch(/WAL_LOG/)
    expect(said).toContain(clone.why)
  })

  it('tells that it is one by its comment', async () => {
    await using clone = await shop.clone()
    const [comment] = await queryAt(
      clone.url,
      `select shobj_description(oid, 'pg_database')::jsonb as it from pg_database where datname = current_database()`,
    )
    expect(comment?.it).toMatchObject({ purser: 'clone', name: clone.name, kind: 'clone', madeBy: 'a test' })
  })
})

describe('a golden copy', () => {
  it('is made anew when the schema has changed, and takes the place of the old one', async () => {
    const shop = await stage.makeDatabase()
    await shop.query('create table t (a int)')
    await using first = await shop.clone()
    const before = await goldens()
    await shop.query('alter table t add column b int')
    await using second = await shop.clone()
    expect(second.fingerprint).not.toBe(first.fingerprint)
    expect(await queryAt(second.url, 'select a, b from t')).toEqual([])
    const now = await goldens()
    expect(now).toHaveLength(before.length)
    expect(now).not.toEqual(before)
  })

  it('is made anew when it is older than may be', async () => {
    const shop = await stage.makeDatabase()
    await shop.query('create table t as select 1 as a')
    await using _ = await shop.clone()
    await shop.query('insert into t values (2)')
    await using stale = await shop.clone()
    expect(await queryAt(stale.url, 'select a from t order by a')).toEqual([{ a: 1 }])
    await using fresh = await shop.clone({ refreshAfterMs: 0 })
    expect(await queryAt(fresh.url, 'select a from t order by a')).toEqual([{ a: 1 }, { a: 2 }])
    expect(fresh.dataFrom.getTime()).toBeGreaterThan(stale.dataFrom.getTime())
  })

  it('is not made anew for a clone that is to hold what another holds', async () => {
    const shop = await stage.makeDatabase()
    await shop.query('create table t as select 1 as a')
    await using one = await shop.clone()
    await shop.query('insert into t values (2)')
    await using alike = await shop.clone({ refreshAfterMs: 0 }, { dataFrom: one.dataFrom })
    expect(alike.dataFrom).toEqual(one.dataFrom)
    expect(await queryAt(alike.url, 'select a from t')).toEqual([{ a: 1 }])
    // nobody has it any more
    await using other = await shop.clone({}, { dataFrom: new Date(0) })
    expect(other.dataFrom).toEqual(one.dataFrom)
  })

  it('is made once for several who want one at once', async () => {
    const shop = await stage.makeDatabase()
    await shop.query('create table t as select 1 as a')
    const before = await goldens()
    const clones = await Promise.all([shop.clone(), shop.clone(), shop.clone()])
    expect(await goldens()).toHaveLength(before.length + 1)
    await Promise.all(clones.map((clone) => clone[Symbol.asyncDispose]()))
  })

  it('can be connected to by nobody', async () => {
    const shop = await stage.makeDatabase()
    const name = (await goldens())[0]
    await using clone = await shop.clone()
    const rows = await queryAt(clone.url, `select datallowconn from pg_database where datname = '${name}'`)
    expect(rows).toEqual([{ datallowconn: false }])
  })

  it('does not mind a partition that comes by a declared pattern', async () => {
    const shop = await stage.makeDatabase()
    await shop.query(`create table events (at date) partition by range (at);
      create table events_20260101 partition of events for values from ('2026-01-01') to ('2026-01-02')`)
    const options = { passingPartitions: ['public.events_*'] }
    await using first = await shop.clone(options)
    const before = await goldens()
    await shop.query(
      `create table events_20260102 partition of events for values from ('2026-01-02') to ('2026-01-03')`,
    )
    await using second = await shop.clone(options)
    expect(second.fingerprint).toBe(first.fingerprint)
    expect(await goldens()).toEqual(before)
  })
})

describe('the role that a clone is used as', () => {
  it('is the one that production is used as, with its rights and no others', async () => {
    const shop = await stage.makeDatabase()
    await stage.query(`create role shop_app login password 'app'`).catch(() => {})
    await shop.query(`alter database ${shop.name} owner to shop_app; create table secret (a int);
      create table mine (a int); alter table mine owner to shop_app; grant select on secret to shop_app`)
    const url = Object.assign(new URL(shop.url), { username: 'shop_app', password: 'app' })
    const cloner = shop.cloner({}, { url: url.href })
    await using clone = await cloner.clone({ madeBy: 'a test' }, new AbortController().signal)
    expect(clone.faithfulness.isFaithful).toBe(true)
    expect(await queryAt(clone.url, 'select current_user::text as who')).toEqual([{ who: 'shop_app' }])
    await queryAt(clone.url, 'alter table mine add column b int; create table public.new (a int)')
    await expect(queryAt(clone.url, 'alter table secret add column b int')).rejects.toThrow(
      'must be owner of table secret',
    )
  })
})
