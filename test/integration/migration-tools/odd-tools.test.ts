import { afterAll, beforeAll, expect, it } from 'vitest'
import { failing, good, optionsOf, variable } from './project.ts'
import { dbmate } from './projects/dbmate.ts'
import { makeRelease } from './release.ts'
import { watch } from './watched.ts'
import { startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.[Symbol.asyncDispose]())

const common = { name: 'migrate', summary: 'Migrates.', database: 'main' }
const packages = { programs: ['dbmate'] }
const ofDbmate = ['--no-dump-schema', '--migrations-dir', 'db/migrations', '--env', variable, 'migrate']

it('finds out about a tool that swallows an error and ends with 0', async () => {
  const command = ['sh', '-c', 'node_modules/.bin/dbmate "$@" || true', 'sh', ...ofDbmate]
  const options = { ...common, command, tool: 'dbmate', folder: 'db/migrations' }
  using migrations = makeRelease(options, dbmate.files(failing), packages)
  const database = await world.database()
  await using wire = await watch(database.url)
  expect(await migrations.migrate(variable, wire.url)).toMatchObject({ code: 0 })
  expect(await database.pending(await migrations.set())).toEqual([dbmate.keys[2]])
})

it('gives a tool that asks a question no answer but the end of its input', async () => {
  const command = ['sh', '-c', 'read -r answer || exit 7; echo "$answer"']
  using migrations = makeRelease({ ...common, command }, {}, packages)
  const database = await world.database()
  expect(await migrations.migrate(variable, database.url)).toMatchObject({ code: 7 })
})

it('watches each of ten connections', async () => {
  const script = `import pg from 'pg'
const clients = Array.from({ length: 10 }, () => new pg.Client(process.env.${variable}))
await Promise.all(clients.map((client) => client.connect()))
await Promise.all(clients.map((client, n) => client.query('create table t' + n + ' as select generate_series(1, ' + (n + 1) + ')')))
await Promise.all(clients.map((client) => client.end()))
`
  const options = { ...common, command: ['node', 'migrate.js'] }
  using migrations = makeRelease(options, { 'migrate.js': script }, packages)
  const database = await world.database()
  await using wire = await watch(database.url)
  expect(await migrations.migrate(variable, wire.url)).toMatchObject({ code: 0 })
  expect(wire.sessions.size).toBe(10)
  const inserted = [...wire.rows].map(([table, rows]) => [table, rows.inserted])
  expect(new Map(inserted as [string, number][])).toEqual(
    new Map(Array.from({ length: 10 }, (_, n) => [`public.t${n}`, n + 1])),
  )
})

it('sees a URL that a command puts among its arguments', async () => {
  const command = ['sh', '-c', `psql "$${variable}" -c 'create table t ()'`]
  using migrations = makeRelease({ ...common, command }, {}, packages)
  const database = await world.database()
  await using wire = await watch(database.url)
  expect(await migrations.migrate(variable, wire.url)).toMatchObject({ code: 0 })
  expect(wire.leaks).toEqual([expect.stringContaining('psql')])
})

it('knows nothing of what a command of the team applies, unless that names its tool', async () => {
  using migrations = makeRelease({ ...common, command: ['no-such-program'] }, {}, packages)
  expect(await migrations.set()).toEqual({
    historyTables: [],
    files: [],
    hasDown: false,
    missingProgram: 'no-such-program',
  })
})

it('says that a folder is not there, or a tool', async () => {
  using nowhere = makeRelease({ ...common, sql: 'db/elsewhere' }, {}, packages)
  await expect(nowhere.set()).rejects.toThrow('db/elsewhere", and there is no such folder in the release')
  using toolless = makeRelease(optionsOf(dbmate), dbmate.files(good), {
    programs: [],
    variables: { PATH: '/none' },
  })
  expect((await toolless.set()).missingProgram).toBe('dbmate')
})

it('finds a history in another table', async () => {
  const options = { ...optionsOf(dbmate), historyTable: 'public.my "odd" history' }
  using migrations = makeRelease(options, dbmate.files(good), packages)
  const database = await world.database()
  const set = await migrations.set()
  expect(await migrations.migrate(variable, database.url)).toEqual({ code: 0, output: expect.any(String) })
  expect(await database.tables()).toContain('public.my "odd" history')
  expect(await database.pending(set)).toEqual([])
})
