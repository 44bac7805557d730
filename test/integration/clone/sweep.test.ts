import { globSync, readdirSync, readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../support/until.ts'
import { addressOf, openStage, type ProductionDatabase, queryAt, type Stage, usual } from './stage.ts'
import { startCloning } from './start-cloning.ts'

const password = 'p@ss w:rd/%?#&'
let stage: Stage
beforeAll(async () => {
  stage = await openStage(password)
})
afterAll(() => stage[Symbol.asyncDispose]())

const onCloneServer = (sql: string) => queryAt(addressOf(stage.cloneServer, password), sql)

/** What every process of this machine was started with. */
function commandLines(): readonly string[] {
  return globSync('/proc/[0-9]*/cmdline').flatMap((file) => {
    try {
      return [readFileSync(file, 'utf8').replaceAll('\0', ' ')]
    } catch {
      return [] // it has ended
    }
  })
}

/** How many sessions of these programs a server has. */
async function sessions(url: string, like: string): Promise<number> {
  const rows = await queryAt(
    url,
    `select from pg_stat_activity where application_name <> 'test' and backend_type = 'client backend' and ${like}`,
  )
  return rows.length
}

describe('what a killed process left', () => {
  let shop: ProductionDatabase
  afterEach(async () => {
    // the next one finds no golden copy
    for (const name of await stage.databases()) await onCloneServer(`drop database "${name}" with (force)`)
  })

  const nothingIsLeft = async () => {
    await until(async () => (await sessions(shop.url, `datname = '${shop.name}'`)) === 0)
    await shop.cloner().list()
    expect(await stage.databases()).toEqual([])
    expect(readdirSync(stage.folder)).toEqual([])
  }

  it('in the middle of the dump is swept, and the dump ends with it', async () => {
    shop = await stage.makeDatabase()
    await shop.query('create table t as select n from generate_series(1, 1000) n')
    const holder = new pg.Client({ connectionString: shop.url })
    await holder.connect()
    await holder.query('begin; lock table t in access exclusive mode') // the dump waits for it
    const cloning = startCloning(shop.place, usual)
    await until(
      async () => (await sessions(shop.url, `application_name = 'pg_dump' and wait_event_type = 'Lock'`)) > 0,
    )
    expect(readdirSync(stage.folder)).toHaveLength(1)
    const typed = commandLines().filter((line) => line.includes('pg_dump'))
    expect(typed.length).toBeGreaterThan(0)
    expect(typed.filter((line) => line.includes(password) || line.includes('postgres://'))).toEqual([])
    await cloning.kill()
    await until(async () => (await sessions(shop.url, `application_name = 'pg_dump'`)) === 0)
    await holder.end()
    await nothingIsLeft()
  })

  it('in the middle of the restore is swept', async () => {
    shop = await stage.makeDatabase()
    await shop.query(`create table t as select 1 as n;
      create function slow(n int) returns int language plpgsql immutable as $$ begin perform pg_catalog.pg_sleep(2); return n; end $$;
      create index on t (slow(n))`)
    const cloning = startCloning(shop.place, usual)
    const isRestoring = `application_name = 'pg_restore' and query ~ 'CREATE INDEX' and state = 'active'`
    await until(async () => (await sessions(addressOf(stage.cloneServer, password), isRestoring)) > 0)
    await cloning.kill()
    await nothingIsLeft()
  })

  it('in the middle of masking is swept', async () => {
    shop = await stage.makeDatabase()
    await shop.query(`create table t as select 'x' as secret`)
    const cloning = startCloning(shop.place, {
      ...usual,
      mask: { 'public.t': { secret: `(select 'y' from pg_sleep(5))` } },
    })
    const isMasking = `query ~ 'pg_sleep' and state = 'active'`
    await until(async () => (await sessions(addressOf(stage.cloneServer, password), isMasking)) > 0)
    await cloning.kill()
    await nothingIsLeft()
  })

  it('in the middle of the copy, which the server finishes alone, is swept', async () => {
    shop = await stage.makeDatabase()
    await shop.query('create table t as select 1 as n')
    await (await shop.clone())[Symbol.asyncDispose]()
    const [golden] = await stage.databases()
    await onCloneServer(`alter database "${golden}" allow_connections true`)
    const holder = new pg.Client({
      connectionString: addressOf(stage.cloneServer, password, golden),
    })
    await holder.connect() // the copy waits for its end
    const cloning = startCloning(shop.place, usual)
    const isCopying = `query ~ '^create database "purser_clone' and state = 'active'`
    await until(async () => (await sessions(addressOf(stage.cloneServer, password), isCopying)) > 0)
    await cloning.kill()
    await holder.end()
    await until(async () => (await stage.databases()).some((name) => name.startsWith('purser_clone')))
    const left = await onCloneServer(
      `select shobj_description(oid, 'pg_database') as comment from pg_database where datname like 'purser\\_clone%'`,
    )
    expect(left).toEqual([{ comment: null }]) // nobody was there to mark it
    await shop.cloner().list()
    expect(await stage.databases()).toEqual([golden])
  })
})

describe('what Purser did not make', () => {
  it.each([
    ['no comment', ''],
    ['a comment of its own', `comment on database NAME is 'ours'`],
    [
      'the marker of another database',
      `comment on database NAME is '{"purser":"clone","version":1,"name":"purser_clone_production_other00000","kind":"clone","state":"ready","environment":"production","database":"main"}'`,
    ],
  ])('is never dropped, with a name like ours and %s', async (_what, statement) => {
    const shop = await stage.makeDatabase()
    const name = 'purser_clone_production_0123456789'
    await onCloneServer(`create database ${name}`)
    if (statement !== '') await onCloneServer(statement.replace('NAME', name))
    const cloner = shop.cloner()
    expect(await cloner.list()).toEqual([])
    await (await shop.clone())[Symbol.asyncDispose]()
    await expect(cloner.drop(name)).rejects.toMatchObject({ code: 'CLONE_UNKNOWN' })
    expect(await stage.databases()).toContain(name)
    for (const one of await stage.databases()) await onCloneServer(`drop database "${one}" with (force)`)
  })
})

describe('a clone whose lease was cut', () => {
  it('is not swept from under its owner', async () => {
    const shop = await stage.makeDatabase()
    await using clone = await shop.clone()
    const held = `select pid from pg_locks where locktype = 'advisory' and granted`
    const [before] = await onCloneServer(held)
    await onCloneServer(`select pg_terminate_backend(${before?.pid})`)
    await until(async () => {
      const [now] = await onCloneServer(held)
      return now !== undefined && now.pid !== before?.pid
    })
    await shop.cloner().list()
    expect(await stage.databases()).toContain(clone.name)
  })
})

describe('a clone that is no longer wanted while it is made', () => {
  it('leaves nothing', async () => {
    const shop = await stage.makeDatabase()
    await shop.query(`create table t as select 'x' as secret`)
    const before = await stage.databases()
    const over = new AbortController()
    const cloning = shop
      .cloner({ mask: { 'public.t': { secret: `(select 'y' from pg_sleep(30))` } } })
      .clone({ madeBy: 'a test' }, over.signal)
    const isMasking = `query ~ 'pg_sleep' and state = 'active'`
    await until(async () => (await sessions(addressOf(stage.cloneServer, password), isMasking)) > 0)
    over.abort(new Error('not wanted'))
    await expect(cloning).rejects.toThrow()
    expect(await stage.databases()).toEqual(before)
    expect(readdirSync(stage.folder)).toEqual([])
  })
})
