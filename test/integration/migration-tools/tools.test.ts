import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { tools } from '../../../src/migrations/tools/tools.ts'
import { downCommand } from '../../../src/release-side/migration-command.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { failing, good, optionsOf, type Steps, type ToolProject, variable } from './project.ts'
import { alembic } from './projects/alembic.ts'
import { dbmate } from './projects/dbmate.ts'
import { django } from './projects/django.ts'
import { drizzle } from './projects/drizzle.ts'
import { knex } from './projects/knex.ts'
import { nodePgMigrate } from './projects/node-pg-migrate.ts'
import { prisma } from './projects/prisma.ts'
import { sequelize } from './projects/sequelize.ts'
import { typeorm } from './projects/typeorm.ts'
import { makeRelease } from './release.ts'
import { watch } from './watched.ts'
import { startWorld, type World } from './world.ts'
import { writeFiles } from './write-files.ts'

// Each starts several programs, some of which take seconds to load.
vi.setConfig({ testTimeout: 180_000 })

const projects = { alembic, dbmate, django, drizzle, knex, nodePgMigrate, prisma, sequelize, typeorm }

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.[Symbol.asyncDispose]())

describe.each(Object.entries(projects))('%s', (_name, project) => {
  const release = (steps: Steps) => makeRelease(optionsOf(project), project.files(steps), project)
  const { keys } = project
  const [, , third] = keys

  it('applies what is pending, seen by the wire, once', async () => {
    using migrations = release(good)
    const database = await world.database()
    const set = await migrations.set()
    expect(set).toMatchObject({
      historyTables: project.historyTables,
      files: keys.map((key) =>
        expect.objectContaining({ key, digest: expect.stringMatching(/^[\da-f]{64}$/) }),
      ),
    })
    expect(set.missingProgram).toBeUndefined()
    expect(await database.pending(set)).toEqual(keys)

    await using wire = await watch(database.url)
    expect(await migrations.migrate(variable, wire.url)).toEqual(success)
    expect(await database.pending(set)).toEqual([])
    expect(await database.query('select name, age from users where id = 1')).toEqual([
      { name: null, age: 31 },
    ])
    expect(new Set(await database.tables())).toEqual(new Set([...usual, ...history(project)]))
    for (const table of usual) expect(wire.rows.get(table)).toMatchObject({ inserted: 5, deleted: 1 })
    expect(wire.rows.get(history(project)[0] ?? '')?.inserted).toBeGreaterThan(0)
    expect(wire.leaks).toEqual([])

    const changes = new Map(wire.rows)
    expect(await migrations.migrate(variable, wire.url)).toEqual(success)
    expect(changes.get('public.users')).toEqual(wire.rows.get('public.users'))
    expect(await database.pending(set)).toEqual([])
  })

  it('says so where one fails', async () => {
    using migrations = release(failing)
    const database = await world.database()
    await using wire = await watch(database.url)
    const { code } = await migrations.migrate(variable, wire.url)
    expect(code).toBeGreaterThan(0)
    const left = await database.pending(await migrations.set())
    expect(left).toEqual(project.isOneTransaction ? keys : [third])
    expect((await database.tables()).includes('public.users')).toBe(!project.isOneTransaction)
  })

  it('takes the last one back, where it has a way', async () => {
    using migrations = release(good)
    const database = await world.database()
    await using wire = await watch(database.url)
    const set = await migrations.set()
    const down = downCommand(optionsOf(project), { root: migrations.root, databaseVariable: variable })
    expect(set.hasDown).toBe(down !== undefined)
    expect(set.hasDown).toBe(!oneWay.includes(project))
    if (down === undefined) return
    await migrations.migrate(variable, wire.url)
    expect(await migrations.command(down, variable, wire.url)).toEqual(success)
    expect(await database.pending(set)).toEqual([third])
    expect((await database.query('table users'))[0]).toEqual({ id: 1, age: 31 })
    expect(wire.leaks).toEqual([])
  })

  it('gets through a URL with odd signs, without a wire', async () => {
    using migrations = release(good)
    const database = await world.database()
    expect(await migrations.migrate(variable, database.url)).toEqual(success)
    expect(await database.pending(await migrations.set())).toEqual([])
  })

  it('has another digest for another byte', async () => {
    const third = { ...good[2], up: [`${good[2].up[0]} `] }
    const [before, after] = await Promise.all([good, [good[0], good[1], third] as const].map(digests))
    expect(before?.map((digest, place) => digest === after?.[place])).toEqual([true, true, false])
  })

  async function digests(steps: Steps): Promise<readonly string[]> {
    using place = temporaryFolder()
    writeFiles(place.folder, project.files(steps))
    const { options } = project
    const folder = options.sql ?? ('folder' in options ? options.folder : undefined) ?? ''
    const files = await tools[options.tool ?? 'dbmate'].files(path.join(place.folder, folder))
    return files.map(({ digest }) => digest)
  }
})

/** In this form the output is seen where it is none. */
const success = { code: 0, output: expect.any(String) }

const usual = ['public.users', 'public.visits']

/** They have no way back, or none without more to say. */
const oneWay: readonly ToolProject[] = [django, drizzle, prisma]

/** With the schema in which the search path puts them here. */
function history({ historyTables }: ToolProject): readonly string[] {
  return historyTables.map((table) => (table.includes('.') ? table : `public.${table}`))
}

it('has the digest that anybody can compute', async () => {
  using migrations = makeRelease(optionsOf(dbmate), dbmate.files(good), dbmate)
  const [first] = (await migrations.set()).files
  const content = readFileSync(path.join(migrations.root, 'db/migrations', first?.name ?? ''))
  expect(first?.digest).toBe(createHash('sha256').update(content).digest('hex'))
})
