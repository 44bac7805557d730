import { readFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../../support/until.ts'
import { variedSchema } from './schemas.ts'
import { openStage, type ProductionDatabase, queryAt, type Stage } from './stage.ts'

let stage: Stage
let shop: ProductionDatabase
beforeAll(async () => {
  // autovacuum writes statistics of its own
  stage = await openStage('p', ['log_statement=all', 'log_line_prefix=<%a> ', 'autovacuum=off'])
  shop = await stage.makeDatabase()
  await shop.query(variedSchema)
})
afterAll(() => stage[Symbol.asyncDispose]())

/** What production has written since it was started, and what there is on its server. */
async function written(): Promise<unknown> {
  await stage.query('select pg_stat_force_next_flush()')
  const counted = await stage.query(
    `select tup_inserted, tup_updated, tup_deleted from pg_stat_database where datname = '${shop.name}'`,
  )
  const databases = await stage.query('select array_agg(datname order by 1) from pg_database')
  const roles = await stage.query('select array_agg(rolname order by 1) from pg_roles')
  const objects = await shop.query('select max(oid::int8) from pg_class')
  return { counted, databases, roles, objects }
}

it('a clone writes nothing to production, and sends it nothing that could', async () => {
  const before = await written()
  await using clone = await shop.clone()
  expect(clone.faithfulness.isFaithful).toBe(true)
  expect(await written()).toEqual(before)
  const [folder] = await stage.query(`select current_setting('data_directory') as of`)
  const statements = readFileSync(path.join(String(folder?.of), '../postgres.log'), 'utf8')
    .split('\n')
    .flatMap(
      (line) =>
        /^<(pg_dump|purser[^>]*)> LOG: {2}(?:statement|execute [^:]*): (.*)/.exec(line)?.slice(2) ?? [],
    )
  expect(statements.length).toBeGreaterThan(20)
  const reading =
    /^(?:BEGIN|SET |SELECT\b|SHOW |LOCK TABLE .* IN ACCESS SHARE MODE|COPY .* TO stdout|PREPARE |EXECUTE |DECLARE |FETCH |CLOSE |COMMIT|ROLLBACK|WITH\b|$)/i
  expect(statements.filter((statement) => !reading.test(statement.trim()))).toEqual([])
})

it('a dump holds ACCESS SHARE locks only, and gives up when it would wait long', async () => {
  await shop.query('create table plain (a int)') // another golden copy
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
