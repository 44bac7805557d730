import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addressOf,
  openStage,
  type ProductionDatabase,
  queryAt,
  type Stage,
} from '../integration/clone/stage.ts'
import { purser, purserJson } from '../support/cli.ts'
import { makeProject, type Project } from '../support/project.ts'

const password = 'p@ss w:rd'
let stage: Stage
let shop: ProductionDatabase
let project: Project
beforeAll(async () => {
  stage = await openStage(password)
  shop = await stage.makeDatabase()
  await shop.query('create table t as select n from generate_series(1, 10) n')
  project = makeProject()
  const file = path.join(project.folder, 'clone-server-url')
  writeFileSync(file, `${addressOf(stage.cloneServer, password)}\n`)
  project.write(
    'purser.config.ts',
    `import { defineConfig } from 'purser'
import { local, postgres } from 'purser/presets'
const services = { web: { executor: local({ pidFile: 'app.pid' }) } }
const url = { variable: 'DATABASE_URL' }
export default defineConfig({ environments: {
  production: { services, databases: { '${shop.place.database}': postgres({ url, clones: { server: { file: '${file}' } } }) } },
  staging: { services, databases: { main: postgres({ url }) } },
  wrong: { services, databases: { main: postgres({ url, clones: { server: { file: '/no/such/file' } } }) } },
} })`,
  )
})
afterAll(async () => {
  await project[Symbol.asyncDispose]()
  await stage[Symbol.asyncDispose]()
})

const type = (...args: string[]) => purser(project.folder, ['clone', ...args])

describe('purser clone', () => {
  it('lists and drops what there is, without the app', async () => {
    expect((await type('list', '-e', 'production')).stdout).toBe('There are no clones.\n')
    const clone = await shop.clone()
    const { code, stdout } = await type('list', '-e', 'production')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^NAME +KIND +AGE +SIZE +IN USE BY +DATABASE\n/)
    expect(stdout).toMatch(
      new RegExp(`${clone.name} +clone +.* MB +a test, process ${process.pid} on \\S+ +main-\\d+`),
    )
    expect(stdout).toMatch(/purser_golden_production_\S+ +golden +.* MB +nobody +main-\d+/)
    expect(stdout).not.toContain(password)
    const listed = await purserJson<Record<string, unknown>[]>(project.folder, [
      'clone',
      'list',
      '-e',
      'production',
    ])
    expect(listed).toContainEqual({
      ...{ name: clone.name, kind: 'clone', state: 'ready', environment: 'production' },
      ...{ database: shop.place.database, madeAt: clone.madeAt.toISOString(), bytes: expect.any(Number) },
      ...{ ageMs: expect.any(Number), inUseBy: expect.stringContaining('a test') },
    })
    const dropped = await type('drop', clone.name, '-e', 'production')
    expect([dropped.code, dropped.stdout]).toEqual([0, `1 database dropped: ${clone.name}\n`])
    expect(await stage.databases()).toEqual([expect.stringContaining('purser_golden')])
    await clone[Symbol.asyncDispose]()
  })

  it('drops by age, and all', async () => {
    await using _ = await shop.clone()
    expect((await type('drop', '--older-than', '2h', '-e', 'production')).stdout).toBe(
      'Nothing was dropped.\n',
    )
    expect((await type('drop', '--all', '-e', 'production')).stdout).toMatch(/^2 databases dropped: /)
    expect(await stage.databases()).toEqual([])
  })

  it('drops nothing that is not marked', async () => {
    const name = 'purser_clone_production_0123456789'
    await queryAt(addressOf(stage.cloneServer, password), `create database ${name}`)
    const byName = await type('drop', name, '-e', 'production')
    expect([byName.code, byName.stderr]).toEqual([80, expect.stringContaining('CLONE_UNKNOWN')])
    await type('drop', '--all', '-e', 'production')
    expect(await stage.databases()).toEqual([name])
    await queryAt(addressOf(stage.cloneServer, password), `drop database ${name}`)
  })

  it.each([
    [['drop', '-e', 'production'], 'USAGE', 'exactly one of a name, --all and --older-than'],
    [['drop', 'x', '--all', '-e', 'production'], 'USAGE', 'exactly one'],
    [['drop', '--older-than', 'yesterday', '-e', 'production'], 'USAGE', 'is no duration'],
    [['list'], 'ENVIRONMENT_MISSING', 'No environment was given'],
    [['list', '-e', 'staging'], 'CLONE_NOT_CONFIGURED', 'does not say how its databases are cloned'],
    [['list', '-e', 'wrong'], 'DATABASE_URL_UNKNOWN', '/no/such/file'],
  ])('%j is answered with %s', async (args, code, message) => {
    const ended = await type(...args)
    expect([ended.code, ended.stderr]).toEqual([80, expect.stringContaining(message)])
    expect(ended.stderr).toContain(code)
  })
})
