import { connect, type Socket } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { observePostgres } from '../../src/databases/postgres/observe.ts'
import { type Postgres, startPostgres } from '../support/postgres.ts'

let server: Postgres
beforeAll(async () => {
  server = await startPostgres('correct-horse-battery')
})
afterAll(() => server[Symbol.asyncDispose]())

const dialled: Socket[] = []
const observe = () =>
  observePostgres(server.url(), async (host, port) => {
    const socket = connect(port, host)
    dialled.push(socket)
    return socket
  })

const schemaVersion = async () => (await observe()).get('schema-version')

it('tells the settings of the role, and none that were made for the look', async () => {
  await server.query("alter role postgres set statement_timeout = '77s'")
  const facts = await observe()
  expect(facts.get('database-limits')).toMatchObject({
    value: expect.stringMatching(/lock_timeout 0ms, statement_timeout 77000ms/),
  })
  await server.query('alter role postgres reset statement_timeout')
})

it('tells a history of migrations by its rows', async () => {
  await server.query('create table schema_migrations (version text primary key)')
  const empty = await schemaVersion()
  await server.query("insert into schema_migrations values ('20260101')")
  expect(empty).toMatchObject({ value: 'schema_migrations: 0 rows, none' })
  expect(await schemaVersion()).toMatchObject({
    value: expect.stringMatching(/^schema_migrations: 1 rows, \w{12}$/),
  })
})

it('does not read a large table that only has the name of one', async () => {
  await server.query(
    "create table migrations as select n, repeat('x', 500) as text from generate_series(1, 20000) n",
  )
  expect(await schemaVersion()).toMatchObject({
    value: expect.stringContaining('migrations: too large for a history'),
  })
  await server.query('drop table migrations')
})

it('does not wait long for a table that somebody has locked, and leaves nothing behind', async () => {
  const holder = new pg.Client({ connectionString: server.url() })
  await holder.connect()
  await holder.query('begin')
  await holder.query('lock table schema_migrations in access exclusive mode')
  expect(await schemaVersion()).toEqual({ unseen: 'somebody holds a lock on the table schema_migrations' })
  await holder.end()
  await expect
    .poll(() => server.query("select pid from pg_stat_activity where application_name = 'purser'"))
    .toEqual([])
})

it('gives up on a view that takes too long', async () => {
  await server.query('create view migrations as select pg_sleep(60)::text')
  expect(await schemaVersion()).toEqual({ unseen: 'it takes more than 3 s to read the table migrations' })
  await server.query('drop view migrations')
})

it('knows a server by its start for a role that may not ask for its identifier', async () => {
  await server.query('revoke execute on function pg_control_system() from public')
  await server.query("create role plain login password 'plain'")
  const url = new URL(server.url())
  url.username = 'plain'
  url.password = 'plain'
  const facts = await observePostgres(url.href, async (host, port) => connect(port, host))
  expect(facts.get('database-endpoint')).toMatchObject({
    value: expect.stringMatching(/^started \d+\.\d+ at 127\.0\.0\.1/),
  })
  await server.query('grant execute on function pg_control_system() to public')
})
