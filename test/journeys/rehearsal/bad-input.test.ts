import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../../examples/atlas/dev/port.ts'
import { startPooler } from '../../support/pooler.ts'
import { openShop, type Shop } from './shop.ts'

let shop: Shop
let poolerPort: number
beforeAll(async () => {
  // the app's role is no superuser, and sees its own only
  const asPlain = (url: string) => Object.assign(new URL(url), { username: 'plain', password: 'x' }).href
  poolerPort = await freePort()
  shop = await openShop({ rehearsal: `{ off: ['timing', 'dying', 'undo', 'crowd', 'twice'] }` }, (url) => ({
    DATABASE_URL: asPlain(url),
    POOLED_URL: `postgres://plain@127.0.0.1:${poolerPort}/shop?sslmode=disable`,
  }))
  await shop.query(
    `create role plain login password 'x'; grant pg_read_all_data to plain; grant create on schema public to plain`,
  )
  shop.migration('20260101000000_notes', 'create table notes (text text);')
})
afterAll(() => shop[Symbol.asyncDispose]())

const rehearse = (task: string, ...options: string[]) =>
  shop.type('rehearse', task, '-e', 'production', ...options)

describe('a role that may not see what others do', () => {
  it('has no rehearsal of what clients send, and is told what to grant', async () => {
    const ended = await rehearse('migrate')
    expect([ended.code, ended.stderr]).toEqual([82, expect.stringContaining('? not rehearsed')])
    expect(ended.stderr).toContain('GRANT pg_read_all_stats TO "plain"')
  })

  it('is told the same when it migrates, which then goes on', async () => {
    expect((await rehearse('migrate', '--without', 'compat')).stderr).toContain('✔ pass')
    const ended = await shop.type('run', 'migrate', '-e', 'production')
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('GRANT pg_monitor TO "plain"')])
    expect(ended.stderr).toContain(`the role lacks the right to see other roles' transactions`)
    expect(await shop.query(`select to_regclass('notes')::text as it`)).toEqual([{ it: 'notes' }])
  })
})

it('a database behind a pooler may be rehearsed, and is not migrated: it is said why', async () => {
  const pool = { server: shop.stage.production.port, user: 'plain', password: 'x', port: poolerPort }
  const settings = ['pool_mode = session', 'ignore_startup_parameters = options,extra_float_digits']
  await using _ = await startPooler({ ...pool, settings })
  const rehearsal = `{ off: ['compat', 'timing', 'dying', 'undo', 'crowd', 'twice'] }`
  shop.configure(rehearsal, `{ variable: 'POOLED_URL' }`)
  shop.migration('20260102000000_more', 'create table more (text text);')
  expect((await rehearse('migrate')).stderr).toContain('✔ pass')
  const ended = await shop.type('run', 'migrate', '-e', 'production')
  expect([ended.code, ended.stderr]).toEqual([81, expect.stringContaining('WIRE_POOLER')])
  expect(ended.stderr).toMatch(/refused .* is on record/)
  expect(await shop.query(`select to_regclass('more') as it`)).toEqual([{ it: null }])
  shop.configure(rehearsal)
  shop.remove('20260102000000_more')
})

describe('a command of a migration', () => {
  it.each([
    ['that the release does not have', ['no-such-tool', 'up'], 80, 'COMMAND_NOT_FOUND'],
    [
      'that asks a question and gets no answer',
      ['sh', '-c', `psql "$DATABASE_URL" -c 'create table asked ()'; read -r answer || exit 7`],
      1,
      'Its command ended with exit code 7',
    ],
    ['that never comes over the wire', ['true'], 82, 'No statement of the migration came over the wire'],
  ])('%s', async (_what, command, code, said) => {
    const task = { name: 'other', summary: 'Another.', database: 'main', command }
    shop.project.write(
      'tasks/other.ts',
      `import { defineMigration } from 'purser'\nexport default defineMigration(${JSON.stringify(task)})`,
    )
    const ended = await rehearse('other', '--without', 'compat')
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(said)])
  })
})

it.each([
  ['of a script', ['run', 'greet', '--break-glass', 'fire'], 'so that there is no glass to break'],
  ['of a command', ['run', '--break-glass', 'fire', '--', 'true'], 'so that there is no glass to break'],
  ['without a reason', ['run', 'migrate', '--break-glass', ' '], 'not broken without a reason'],
])('the glass %s is not broken', async (_, [command = '', ...words], said) => {
  const ended = await shop.type(command, '-e', 'production', ...words)
  expect([ended.code, ended.stderr]).toEqual([80, expect.stringContaining(said)])
})

describe('a report for a pull request', () => {
  it('that can not be written is told before the rehearsal begins', async () => {
    const ended = await rehearse('other', '--markdown', '/no/such/folder/report.md')
    expect([ended.code, ended.stderr]).toEqual([80, expect.stringContaining("report can't be written")])
    expect(ended.stderr).not.toContain('▸')
  })

  it('is written of a refusal too', async () => {
    shop.configure(`{}, policies: { reason: 'required' }`)
    const file = path.join(shop.project.folder, 'report.md')
    const ended = await rehearse('migrate', '--markdown', file)
    shop.configure('{}')
    expect(ended.code).toBe(81)
    expect(readFileSync(file, 'utf8')).toContain('## ⚠️ Not rehearsed: migrate')
  })
})

it('an extension that the clone server does not have is named, and nothing is rehearsed', async () => {
  await shop.query(`update pg_extension set extversion = '0.9' where extname = 'pg_stat_statements'`)
  const ended = await rehearse('other', '--without', 'compat')
  expect([ended.code, ended.stderr]).toEqual([82, expect.stringContaining('pg_stat_statements 0.9')])
  expect(ended.stderr).toContain('? not rehearsed')
})
