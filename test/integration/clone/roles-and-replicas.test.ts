import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PostgresCloner } from '../../../src/databases/postgres/clone/postgres-cloner.ts'
import { contentOf } from './content.ts'
import { startPhysicalCopy } from './physical-copy.ts'
import { addressOf, openStage, programsWithDump, queryAt, type Stage, usual } from './stage.ts'

const password = 'p@ss'
let stage: Stage
beforeAll(async () => {
  stage = await openStage(password)
})
afterAll(() => stage[Symbol.asyncDispose]())

const never = new AbortController().signal
const request = { madeBy: 'a test' }
const asUser = (url: string, username: string) =>
  Object.assign(new URL(url), { username, password: 'x' }).href

it('a role that may make databases and roles will do, without being a superuser', async () => {
  const shop = await stage.makeDatabase()
  await shop.query(`create role shop_group; create role shop_app login password 'x' in role shop_group`)
  await shop.query(`alter database ${shop.name} owner to shop_app`)
  await queryAt(
    asUser(shop.url, 'shop_app'),
    `create schema app; create table app.t as select n from generate_series(1, 100) n;
     grant select on app.t to shop_group; create function app.f() returns int language sql as 'select 1'`,
  )
  const server = addressOf(stage.cloneServer, password)
  await queryAt(server, `create role maker login createdb createrole password 'x'`)
  const place = {
    ...{ ...shop.place, server: asUser(server, 'maker') },
    production: { url: asUser(shop.url, 'shop_app') },
  }
  const cloner = new PostgresCloner(place, { ...usual, allowUnknownSpace: true })
  await using clone = await cloner.clone(request, never)
  expect(clone.faithfulness.isFaithful).toBe(true)
  expect(await queryAt(clone.url, 'select current_user::text as who')).toEqual([{ who: 'shop_app' }])
  await queryAt(clone.url, 'alter table app.t add column b int')
  expect(await queryAt(server, `select rolcanlogin from pg_roles where rolname = 'shop_app'`)).toEqual([
    { rolcanlogin: false },
  ])
})

it('a role that may not become the one that production is used as makes no faithful clone', async () => {
  const shop = await stage.makeDatabase()
  await shop.query('create table t (a int)')
  const server = addressOf(stage.cloneServer, password)
  await queryAt(server, `create role only_makes login createdb password 'x'`)
  const place = { ...shop.place, server: asUser(server, 'only_makes') }
  const cloner = new PostgresCloner(place, { ...usual, allowUnknownSpace: true })
  await using clone = await cloner.clone({ ...request, unfaithful: 'report' }, never)
  expect(clone.faithfulness.isFaithful).toBe(false)
  expect(clone.faithfulness.checks).toContainEqual({
    ...{ check: 'user', result: 'differs', details: ['it is used as only_makes, production as postgres'] },
  })
  await expect(cloner.clone(request, never)).rejects.toMatchObject({ code: 'CLONE_UNFAITHFUL' })
})

it('a replica can be copied from, and production is asked who it is only', async () => {
  const shop = await stage.makeDatabase()
  await shop.query(`create table t as select n from generate_series(1, 1000) n;
    create unlogged table scratch as select 1 as n`)
  const { postgres } = await programsWithDump()
  await using replica = await startPhysicalCopy(stage.production.port, password, postgres, { follows: true })
  const url = shop.url.replace(String(stage.production.port), String(replica.port))
  const cloner = new PostgresCloner({ ...shop.place, replica: url }, usual)
  await using clone = await cloner.clone(request, never)
  expect(clone.faithfulness.isFaithful).toBe(true)
  expect(clone.faithfulness.notes).toContain('Unlogged tables are empty: a replica does not have their rows.')
  await shop.query('truncate scratch')
  expect(await contentOf(clone.url)).toEqual(await contentOf(shop.url))
})

it('a replica is no place for clones either', async () => {
  const shop = await stage.makeDatabase()
  const server = addressOf(stage.production, password)
  const cloner = new PostgresCloner(
    { ...shop.place, server, replica: addressOf(stage.production, password, shop.name) },
    usual,
  )
  await expect(cloner.clone(request, never)).rejects.toMatchObject({ code: 'CLONE_SERVER_IS_PRODUCTION' })
})

it('of two databases that are called the same, each keeps its golden copy', async () => {
  const [one, other] = [await stage.makeDatabase(), await stage.makeDatabase()]
  await one.query('create table one (a int)')
  await other.query('create table other (a int)')
  const place = { ...other.place, database: one.place.database }
  await using _ = await one.clone()
  await using __ = await new PostgresCloner(place, usual).clone(request, never)
  const golden = `purser_golden_production_${one.place.database}_`
  expect((await stage.databases()).filter((name) => name.startsWith(golden))).toHaveLength(2)
})

it('production that only its app can reach is dumped through the way that the app has', async () => {
  const shop = await stage.makeDatabase()
  await shop.query('create table t as select n from generate_series(1, 1000) n')
  const dialled: string[] = []
  const url = shop.url.replace('127.0.0.1', 'db.of-the-app.internal')
  const dial = async (host: string, port: number) => {
    dialled.push(host)
    return connect(port, '127.0.0.1')
  }
  const cloner = new PostgresCloner({ ...shop.place, production: { url, dial } }, usual)
  await using clone = await cloner.clone(request, never)
  expect(await queryAt(clone.url, 'select count(*)::int as n from t')).toEqual([{ n: 1000 }])
  expect(new Set(dialled)).toEqual(new Set(['db.of-the-app.internal']))
  expect(dialled.length).toBeGreaterThan(2) // ours, and those of the dump
})
