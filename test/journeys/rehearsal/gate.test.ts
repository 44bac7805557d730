import { globSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openInspector } from '../../../src/databases/postgres/inspect/open-inspector.ts'
import type { RunView } from '../../../src/operations/runs/view-run.ts'
import { type Finished, purserJson, typePurser } from '../../support/cli.ts'
import { until } from '../../support/until.ts'
import { openShop, type Shop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop({ settings: ['log_statement=all', 'log_line_prefix=%a|'] })
})
afterAll(() => shop[Symbol.asyncDispose]())

const run = () => shop.type('run', 'migrate', '-e', 'production')
const rehearse = async () => {
  const ended = await shop.type(
    'rehearse',
    'migrate',
    '-e',
    'production',
    '--without',
    'timing,dying,undo,crowd',
  )
  expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('✔ pass')])
}
const loud = () => shop.query('select count(*)::int as n from users where email = upper(email)')

describe('a migration of production', () => {
  it('is refused without a rehearsal', async () => {
    shop.migration('20260101000000_grow', 'update users set email = upper(email) where id <= 1000;')
    const ended = await run()
    expect([ended.code, ended.stderr]).toEqual([81, expect.stringContaining('REHEARSAL_MISSING')])
  })

  it('is refused when one byte of it has changed', async () => {
    await rehearse()
    shop.migration('20260101000000_grow', 'update users set email = upper(email) where id <= 1001;')
    const ended = await run()
    expect([ended.code, ended.stderr]).toEqual([81, expect.stringContaining('its content')])
    shop.migration('20260101000000_grow', 'update users set email = upper(email) where id <= 1000;')
  })

  it('is refused when the schema has changed', async () => {
    await shop.query('create table meanwhile ()')
    const ended = await run()
    expect(ended.code).toBe(81)
    expect(ended.stderr).toContain('the schema that it begins with has changed')
    await shop.query('drop table meanwhile')
  })

  it('is not refused since a partition came by itself, nor executed where the release was replaced', async () => {
    await shop.query(
      `create table events_1 partition of events for values from ('2026-01-01') to ('2026-01-02')`,
    )
    shop.project.write('served.txt', 'another release')
    const ended = await run()
    expect([ended.code, ended.stderr]).toEqual([81, expect.stringContaining(', the release has changed.')])
    rmSync(path.join(shop.project.folder, 'served.txt'))
  })

  it('is refused while somebody else migrates', async () => {
    await using other = await openInspector(shop.url)
    expect(await other.lockForMigrator('another migrator')).not.toHaveProperty('heldBy')
    const ended = await run()
    expect([ended.code, ended.stderr]).toEqual([81, expect.stringContaining('MIGRATOR_AT_WORK')])
    expect(ended.stderr).toContain('another migrator')
  })

  it.each([
    [
      'a column is added',
      () => shop.query('alter table users add column meanwhile int'),
      'the schema that it begins with has changed',
      () => shop.query('alter table users drop column meanwhile'),
    ],
    [
      'the release is replaced',
      async () => void shop.project.write('served.txt', 'another release'),
      'The release that serves was replaced meanwhile',
      async () => rmSync(path.join(shop.project.folder, 'served.txt')),
    ],
  ])(
    'executes nothing where %s between the gate and its first statement',
    async (_what, change, why, undo) => {
      const ended = await runWith(change)
      expect(ended.code).not.toBe(0)
      expect(ended.stderr).toContain(why)
      expect(ended.stderr).toContain('No statement of it was executed.')
      expect(await loud()).not.toEqual([{ n: 1000 }])
      expect(await shop.query(`select to_regclass('schema_migrations') as it`)).toEqual([{ it: null }])
      await undo()
    },
  )

  it('executes nothing where somebody else migrated between the gate and its first statement', async () => {
    const ended = await runWith(async () => {
      await shop.query('create table schema_migrations (version varchar primary key)')
      await shop.query(`insert into schema_migrations values ('20260101000000')`)
    })
    expect(ended.code).not.toBe(0)
    expect(ended.stderr).toContain('somebody else has migrated: nothing is pending on database "main"')
    expect(await loud()).not.toEqual([{ n: 1000 }])
    await shop.query('drop table schema_migrations')
  })

  it('is rolled back where it would do more than was rehearsed', async () => {
    await shop.query('update users set id = id + 100000 where id > 10000')
    await shop.type('clone', 'drop', '--all', '-e', 'production') // its data are older
    shop.migration('20260101000000_grow', 'update users set email = upper(email) where id <= 20000;')
    await rehearse()
    await shop.query('update users set id = id - 100000 where id > 100000')
    const ended = await run()
    expect(ended.code).not.toBe(0)
    expect(ended.stderr + ended.stdout).toContain('more than was rehearsed')
    expect(await loud()).not.toEqual([{ n: 20000 }])
  })

  it('goes through in an emergency, which is never silent', async () => {
    const why = 'the pager is ringing'
    const ended = await shop.type('run', 'migrate', '-e', 'production', '--break-glass', why)
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining(why)])
    expect(await loud()).toEqual([{ n: 20000 }])
    const seen = await purserJson<RunView>(shop.project.folder, ['show', 'last'])
    expect(seen).toMatchObject({ breakGlass: why, applied: { surprises: [] } })
    expect(seen.applied?.rows['public.users']).toMatchObject({ updated: 20000 })
  })
})

/** Types the run, and changes something once its attempt is begun, before it has executed anything. */
async function runWith(change: () => Promise<unknown>): Promise<Finished> {
  const before = globSync('*', { cwd: attempts() })
  const typed = typePurser(shop.project.folder, ['run', 'migrate', '-e', 'production'])
  await until(() => globSync('*', { cwd: attempts() }).some((one) => !before.includes(one)))
  typed.process.kill('SIGSTOP')
  await change()
  typed.process.kill('SIGCONT')
  return await typed.finished
}

function attempts(): string {
  return path.join(shop.project.folder, '.purser/attempts')
}

it('is refused when its rehearsal is too old', async () => {
  await using other = await openShop({ rehearsal: '{ maxAgeMs: 1 }' })
  other.migration(
    '20260101000000_plan',
    `set local lock_timeout = '1s'; alter table users add column plan text;`,
  )
  await other.type('rehearse', 'migrate', '-e', 'production', '--without', 'timing,dying,undo,crowd')
  const ended = await other.type('run', 'migrate', '-e', 'production')
  expect([ended.code, ended.stderr]).toEqual([81, expect.stringContaining('REHEARSAL_STALE')])
})
