import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../../support/until.ts'
import { openStage, type ProductionDatabase, queryAt, type Stage } from './stage.ts'

let stage: Stage
let shop: ProductionDatabase
beforeAll(async () => {
  stage = await openStage()
  shop = await stage.makeDatabase()
})
afterAll(() => stage[Symbol.asyncDispose]())

it('a dump holds ACCESS SHARE locks only, and gives up when it would wait long', async () => {
  await shop.query('create table plain (a int)')
  const holder = new pg.Client({ connectionString: shop.url })
  holder.on('error', () => {})
  await holder.connect()
  await holder.query('begin; lock table plain in access exclusive mode')
  const failure = shop.clone().then(
    () => undefined,
    (error: unknown) => error,
  )
  const ofDump = `pid in (select pid from pg_stat_activity where application_name in ('pg_dump', 'purser clones'))`
  await until(
    async () => (await queryAt(shop.url, `select from pg_locks where not granted and ${ofDump}`)).length > 0,
  )
  const modes = await queryAt(
    shop.url,
    `select distinct mode from pg_locks where granted and locktype = 'relation' and ${ofDump}`,
  )
  expect(modes).toEqual([{ mode: 'AccessShareLock' }])
  expect(await failure).toMatchObject({
    code: 'CLONE_COPY_FAILED',
    message: expect.stringMatching(/^The dump of production failed: .*timeout/),
  })
  await holder.end()
  expect(await queryAt(shop.url, `select from pg_stat_activity where application_name = 'pg_dump'`)).toEqual(
    [],
  )
  expect((await stage.databases()).filter((name) => name.startsWith('purser_clone'))).toEqual([])
})
