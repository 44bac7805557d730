import { readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CommandCloner } from '../../../src/databases/postgres/clone/command/command-cloner.ts'
import { packageRoot } from '../../support/package-root.ts'
import { addressOf, openStage, type ProductionDatabase, queryAt, type Stage, usual } from './stage.ts'

const password = 'p w'
let stage: Stage
let shop: ProductionDatabase
beforeAll(async () => {
  stage = await openStage(password)
  shop = await stage.makeDatabase()
  await shop.query('create table t as select n from generate_series(1, 5000) n; analyze t')
  writeFileSync(path.join(stage.folder, '..', 'branch.mjs'), branchProgram)
})
afterAll(() => stage[Symbol.asyncDispose]())

// what a provider's own program would do: make and drop a branch, and print where it is
const branchProgram = `
import pg from '${path.join(packageRoot, 'node_modules/pg/esm/index.mjs')}'
const [, , verb, server, name] = process.argv
const query = async (database, sql) => {
  const client = new pg.Client({ connectionString: server.replace('/postgres?', '/' + database + '?') })
  await client.connect()
  await client.query(sql)
  await client.end()
}
if (verb === 'create') {
  await query('postgres', 'create database ' + name)
  await query(name, 'create table t as select n from generate_series(1, 5000) n; analyze t')
  console.log('a branch is being made ...')
  console.log(server.replace('/postgres?', '/' + name + '?'))
} else await query('postgres', 'drop database if exists ' + name + ' with (force)')
`

function cloner(create?: readonly string[]) {
  const server = addressOf(stage.cloneServer, password)
  const program = [process.execPath, path.join(stage.folder, '..', 'branch.mjs')]
  const command = {
    create: create ?? [...program, 'create', server, '{name}'],
    drop: [...program, 'drop', server, '{name}'],
  }
  const { environment, database } = shop.place
  return new CommandCloner(
    { environment, database, folder: stage.folder, production: { url: shop.url } },
    { ...usual, command },
  )
}

const never = new AbortController().signal
const request = { madeBy: 'a test' }

describe('a clone that a command makes', () => {
  it('is compared by estimates, which is said, and on record as long as it is there', async () => {
    const clone = await cloner().clone(request, never)
    expect(clone).toMatchObject({ strategy: 'command', faithfulness: { isFaithful: true } })
    expect(clone.faithfulness.notes).toContain(
      'Rows were compared by the estimates of both servers, not counted.',
    )
    expect(readdirSync(stage.folder)).toHaveLength(1)
    await clone[Symbol.asyncDispose]()
    expect(readdirSync(stage.folder)).toEqual([])
  })

  it('is unfaithful with a table too many, and gone', async () => {
    await shop.query('create table later (a int)')
    await expect(cloner().clone(request, never)).rejects.toMatchObject({
      code: 'CLONE_UNFAITHFUL',
      message: expect.stringContaining('schema: column public.later.a is missing'),
    })
    expect(await stage.databases()).toEqual([])
    await shop.query('drop table later')
  })

  it('is never production itself, whatever the command prints', async () => {
    const echo = [process.execPath, '-e', 'console.log(process.argv[1])', shop.url]
    await expect(cloner(echo).clone(request, never)).rejects.toMatchObject({
      code: 'CLONE_SERVER_IS_PRODUCTION',
    })
    expect(await shop.query(`select to_regnamespace('purser_clone') as there`)).toEqual([{ there: null }])
  })

  it('that a process left which is dead is dropped by the next look', async () => {
    const name = 'purser_clone_production_0123456789'
    await queryAt(addressOf(stage.cloneServer, password), `create database ${name}`)
    const { environment, database } = shop.place
    const process = { pid: 2 ** 22 + 1, startedTicks: 1, boot: 'another' }
    const record = { name, environment, database, state: 'making', madeBy: 'x', host: hostname(), process }
    writeFileSync(
      path.join(stage.folder, `${name}.clone.json`),
      JSON.stringify({ ...record, madeAt: new Date().toISOString() }),
    )
    expect(await cloner().list()).toEqual([])
    expect(await stage.databases()).toEqual([])
  })
})

describe('a command', () => {
  it.each([
    ['ends badly', ['sh', '-c', 'echo postgres://u:secret@h/d; exit 3'], 'sh, failed: it ended with code 3'],
    ['is not there', ['no-such-program-at-all'], 'ENOENT'],
    ['prints no URL', ['echo', 'secret'], 'it printed no URL'],
  ])('that %s says so, without what it printed', async (_how, create, message) => {
    const failure = await cloner(create)
      .clone(request, never)
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CLONE_COMMAND_FAILED', message: expect.stringContaining(message) })
    expect(String((failure as Error).message)).not.toContain('secret')
    expect(readdirSync(stage.folder)).toEqual([])
  })
})
