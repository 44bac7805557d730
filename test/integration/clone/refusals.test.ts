import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findPrograms } from '../../../src/databases/postgres/clone/copy/programs.ts'
import { PostgresCloner } from '../../../src/databases/postgres/clone/postgres-cloner.ts'
import { addressOf, openStage, type ProductionDatabase, queryAt, type Stage, usual } from './stage.ts'

const password = 'p@ss'
let stage: Stage
let shop: ProductionDatabase
beforeAll(async () => {
  stage = await openStage(password)
  shop = await stage.makeDatabase()
  await shop.query('create table t as select n from generate_series(1, 1000) n')
})
afterAll(() => stage[Symbol.asyncDispose]())

const request = { madeBy: 'a test' }
const never = new AbortController().signal
const onCloneServer = (sql: string) => queryAt(addressOf(stage.cloneServer, password), sql)

/** The same as another role of production, which `sql` makes as `NAME`. */
async function as(name: string, sql: string) {
  await shop.query(sql.replaceAll('NAME', name))
  const url = Object.assign(new URL(shop.url), { username: name, password: 'x' }).href
  return shop.cloner({}, { url }).clone(request, never)
}

describe('the clone server', () => {
  it('is not the one that production runs on, by whatever address', async () => {
    const server = addressOf(stage.production, password).replace('127.0.0.1', 'localhost')
    const cloner = new PostgresCloner({ ...shop.place, server }, usual)
    await expect(cloner.clone(request, never)).rejects.toMatchObject({
      code: 'CLONE_SERVER_IS_PRODUCTION',
      exitCode: 81,
      remedy: expect.stringContaining('allowProductionServer: true'),
    })
    const left = await stage.query(`select from pg_database where datname like 'purser%'`)
    expect(left).toEqual([])
  })

  it('may be that one where the configuration says so', async () => {
    const server = addressOf(stage.production, password)
    const cloner = new PostgresCloner({ ...shop.place, server }, { ...usual, allowProductionServer: true })
    await using clone = await cloner.clone(request, never)
    expect(await queryAt(clone.url, 'select count(*)::int as n from t')).toEqual([{ n: 1000 }])
    await using _ = { [Symbol.asyncDispose]: async () => void (await cloner.list()) }
  })

  it('needs a role that may make databases, and the grant is named', async () => {
    await onCloneServer(`create role plain login password 'x'`)
    const server = Object.assign(new URL(addressOf(stage.cloneServer, password)), {
      ...{ username: 'plain', password: 'x' },
    }).href
    const cloner = new PostgresCloner({ ...shop.place, server }, { ...usual, allowUnknownSpace: true })
    await expect(cloner.clone(request, never)).rejects.toMatchObject({
      code: 'CLONE_RIGHTS_MISSING',
      remedy: expect.stringContaining('ALTER ROLE plain CREATEDB'),
    })
  })
})

describe('room', () => {
  it('that is not there is refused before anything is made', async () => {
    await expect(shop.clone({ freeBytes: 5_000_000 })).rejects.toMatchObject({
      code: 'CLONE_NO_ROOM',
      exitCode: 81,
      message: expect.stringMatching(/has 5\.0 MB for clones, and this one may need 11\d\.\d MB/),
    })
    expect(await stage.databases()).toEqual([])
  })

  it('that nobody can tell is refused, unless that was allowed', async () => {
    // who may not read the server's settings can't find its disk
    await onCloneServer(`create role maker login createdb createrole password 'x'`)
    const server = Object.assign(new URL(addressOf(stage.cloneServer, password)), {
      ...{ username: 'maker', password: 'x' },
    }).href
    const cloner = (allowUnknownSpace: boolean) =>
      new PostgresCloner({ ...shop.place, server }, { ...usual, allowUnknownSpace })
    await expect(cloner(false).clone(request, never)).rejects.toMatchObject({
      code: 'CLONE_NO_ROOM',
      remedy: expect.stringContaining('allowUnknownSpace: true'),
    })
    const clone = await cloner(true).clone({ ...request, unfaithful: 'report' }, never)
    await clone[Symbol.asyncDispose]()
    await cloner(true)
      .list()
      .then((entries) => Promise.all(entries.map(({ name }) => cloner(true).drop(name))))
    expect(await stage.databases()).toEqual([])
  })
})

describe('a role of production that may not read everything', () => {
  it('is refused with the grant that it needs', async () => {
    await expect(as('blind', `create role NAME login password 'x'`)).rejects.toMatchObject({
      code: 'CLONE_RIGHTS_MISSING',
      message: expect.stringContaining('1 table or sequence are closed to it, such as public.t'),
      remedy: expect.stringContaining('GRANT pg_read_all_data TO blind'),
    })
  })

  it('is refused where rows are hidden from it', async () => {
    const sql = `create role NAME login password 'x'; grant pg_read_all_data to NAME;
      create table rows_of_some (a int); alter table rows_of_some enable row level security`
    await expect(as('narrow', sql)).rejects.toMatchObject({
      code: 'CLONE_RIGHTS_MISSING',
      remedy: expect.stringContaining('ALTER ROLE narrow BYPASSRLS'),
    })
    await shop.query('drop table rows_of_some')
  })

  it('will do with pg_read_all_data', async () => {
    await using clone = await as(
      'reads',
      `create role NAME login password 'x'; grant pg_read_all_data to NAME`,
    )
    expect(await queryAt(clone.url, 'select count(*)::int as n from t')).toEqual([{ n: 1000 }])
  })
})

describe('an unfaithful clone', () => {
  it('is refused and gone, or reported with each difference named', async () => {
    await onCloneServer(`create role differs createdb`)
    await shop.query(`create role differs; create table theirs (a int); alter table theirs owner to differs`)
    await expect(shop.clone()).rejects.toMatchObject({
      code: 'CLONE_UNFAITHFUL',
      exitCode: 82,
      message: expect.stringContaining('roles: role differs has also CREATEDB'),
    })
    expect((await stage.databases()).filter((name) => name.startsWith('purser_clone'))).toEqual([])
    await using clone = await shop.clone({}, { unfaithful: 'report' })
    expect(clone.faithfulness.isFaithful).toBe(false)
    expect(clone.faithfulness.checks.filter(({ result }) => result !== 'same')).toEqual([
      { check: 'roles', result: 'differs', details: ['role differs has also CREATEDB'] },
    ])
    await shop.query('drop table theirs')
  })

  it('is known before anything is made where an extension is not there', async () => {
    await shop.query(
      `create extension pg_trgm; update pg_extension set extversion = '0.9' where extname = 'pg_trgm'`,
    )
    const before = await stage.databases()
    await expect(shop.clone()).rejects.toMatchObject({
      code: 'CLONE_UNFAITHFUL',
      message: expect.stringContaining('it does not have pg_trgm 0.9'),
    })
    expect(await stage.databases()).toEqual(before)
    await shop.query('drop extension pg_trgm')
  })

  it('is one in which rows of the dump did not arrive', async () => {
    await shop.query(`create table picky (a int check (current_database() not like 'purser%'));
      insert into picky values (1), (2)`)
    await expect(shop.clone()).rejects.toMatchObject({
      code: 'CLONE_UNFAITHFUL',
      message: expect.stringContaining('rows: public.picky has 0 rows, the dump 2'),
    })
    await shop.query('drop table picky')
  })
})

describe('the programs', () => {
  it('must know the server, and what is there is told', async () => {
    await expect(findPrograms(99, { PATH: '/usr/bin' })).rejects.toMatchObject({
      code: 'CLONE_TOOL_MISSING',
      message: expect.stringMatching(/The server is PostgreSQL 99, and this machine has pg_dump \d+/),
      remedy: expect.stringContaining('postgresql-client-99'),
    })
  })

  it('are found without a PATH where Debian keeps them', async () => {
    const { dump } = await findPrograms(15, {})
    expect([existsSync(dump), dump]).toEqual([
      true,
      expect.stringMatching(/^\/usr\/lib\/postgresql\/\d+\/bin\/pg_dump$/),
    ])
  })
})
