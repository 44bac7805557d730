import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunView } from '../../../src/operations/runs/view-run.ts'
import { purserJson, typePurser } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { openShop, type Shop } from './shop.ts'

// a file beside the code would be another release
const elsewhere = temporaryFolder()
let shop: Shop
beforeAll(async () => {
  shop = await openShop({ rehearsal: `{ mode: 'strict' }` })
})
afterAll(async () => {
  elsewhere[Symbol.dispose]()
  await shop[Symbol.asyncDispose]()
})

const columns = () =>
  shop.query(
    `select attname from pg_attribute where attrelid = 'users'::regclass and attnum > 0 order by attnum`,
  )
const view = (run: string) => purserJson<RunView>(shop.project.folder, ['show', run])

describe('purser rehearse', () => {
  it('passes what harms nobody, and production takes it', async () => {
    shop.migration(
      '20260101000000_plan',
      `set local lock_timeout = '2s';\nalter table users add column plan text;`,
      'alter table users drop column plan;',
    )
    const report = path.join(elsewhere.folder, 'rehearsal.md')
    const rehearsed = await shop.type('rehearse', 'migrate', '-e', 'production', '--markdown', report)
    expect([rehearsed.code, rehearsed.stdout]).toEqual([0, ''])
    expect(rehearsed.stderr).toMatch(/^✔ pass {2}no finding/m)
    expect(readFileSync(report, 'utf8')).toMatch(/Rehearsal passed[\s\S]*public\.users/)
    expect(await columns()).toHaveLength(3)
    const seen = await view('last')
    expect(seen).toMatchObject({ isRehearsal: true, status: 'succeeded', exitCode: 0 })
    expect(seen.rehearsal).toMatchObject({ verdict: 'pass', database: 'main', findings: [] })
    expect(seen.rehearsal?.envelope?.locks).toMatchObject({ 'public.users': 'AccessExclusiveLock' })
    expect(seen.rehearsal?.passes.filter(({ result }) => result === 'failed')).toEqual([])

    const ran = await shop.type('run', 'migrate', '-e', 'production')
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('succeeded')])
    expect((await columns()).map(({ attname }) => attname)).toEqual(['id', 'email', 'age', 'plan'])
    expect((await view('last')).applied).toMatchObject({ rehearsal: seen.run, surprises: [] })
  })

  it('lets an index that is built beside the traffic through, as it was rehearsed', async () => {
    shop.migration(
      '20260101500000_index',
      'create index concurrently users_age on users (age);',
      'drop index concurrently users_age;',
      'transaction:false',
    )
    // dbmate records such a build after it, so that a death in between is found: see the dying pass
    const rehearsed = await shop.type('rehearse', 'migrate', '-e', 'production', '--without', 'dying')
    expect([rehearsed.code, rehearsed.stderr]).toEqual([0, expect.stringContaining('✔ pass')])
    expect((await view('last')).rehearsal?.envelope?.alone).toEqual([
      expect.stringContaining('create index concurrently users_age'),
    ])
    const ran = await shop.type('run', 'migrate', '-e', 'production')
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('succeeded')])
    expect(
      await shop.query(`select indisvalid from pg_index where indexrelid = 'users_age'::regclass`),
    ).toEqual([{ indisvalid: true }])
  })

  it('fails what would hurt, says how to do it, and production refuses it', async () => {
    shop.migration('20260102000000_rewrite', 'alter table users alter column id type bigint;')
    const typed = typePurser(shop.project.folder, ['rehearse', 'migrate', '-e', 'production'])
    await typed.printed('▸', 'stderr') // its clones are yet to be made
    const followed = await shop.type('logs', '-f', 'last')
    const rehearsed = await typed.finished
    expect(rehearsed.code).toBe(1)
    expect(rehearsed.stderr).toMatch(/^✖ fail/m)
    expect([followed.code, followed.stdout]).toEqual([
      0,
      expect.stringContaining('20260102000000_rewrite.sql'),
    ])
    expect(rehearsed.stderr).toContain(followed.stderr) // the verdict, with all that it rests on
    expect(followed.stderr).toMatch(/^✖ fail/)
    expect(rehearsed.stderr).toMatch(/✖ table_rewrite public\.users {2}/)
    expect(rehearsed.stderr).not.toContain('example.org')
    const ran = await shop.type('run', 'migrate', '-e', 'production')
    expect([ran.code, ran.stderr]).toEqual([81, expect.stringContaining('REHEARSAL_NOT_PASSED')])
    expect(
      await shop.query(
        `select atttypid::regtype::text as type from pg_attribute where attname = 'id' and attrelid = 'users'::regclass`,
      ),
    ).toEqual([{ type: 'integer' }])
  })

  it('has nothing to do where nothing is pending, as has the run, and both end well', async () => {
    shop.remove('20260102000000_rewrite')
    const said = 'nothing is pending on database "main", which has all migrations of "migrate"'
    const report = path.join(elsewhere.folder, 'nothing.md')
    const before = await shop.stage.databases()
    for (const [command = '', ...options] of [['run'], ['rehearse', '--markdown', report]]) {
      const ended = await shop.type(command, 'migrate', '-e', 'production', ...options)
      expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining(`✔ nothing to do  ${said}`)])
      const seen = await view('last')
      expect(seen).toMatchObject({ status: 'succeeded', exitCode: 0, exitCodeFrom: 'purser' })
      const why = expect.stringMatching(`^${said} in release sha256:.{12}$`)
      expect(seen).toMatchObject({ outcome: { end: 'needless', why }, refusals: [] })
      expect([seen.startedAt, seen.rehearsal, seen.applied]).toEqual([undefined, undefined, undefined])
    }
    expect(readFileSync(report, 'utf8')).toContain('Nothing to rehearse: migrate')
    expect(await shop.stage.databases()).toEqual(before)
    expect((await shop.type('ledger', 'verify')).code).toBe(0)
  })

  it('does not take a folder without migrations for one that is done', async () => {
    const task = { name: 'empty', summary: 'Has none.', database: 'main', sql: 'db/none' }
    shop.project.write('db/none/README', '')
    shop.project.write(
      'tasks/empty.ts',
      `import { defineMigration } from 'purser'\nexport default defineMigration(${JSON.stringify(task)})`,
    )
    for (const [command, code] of [
      ['run', 81],
      ['rehearse', 82],
    ] as const) {
      const ended = await shop.type(command, 'empty', '-e', 'production')
      expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining('has no migration of task')])
    }
  })

  it.each([
    [['rehearse', 'nothing', '-e', 'production'], 'TASK_UNKNOWN'],
    [['rehearse', 'greet', '-e', 'production'], 'TASK_NO_MIGRATION'],
    [['rehearse', 'migrate', '-e', 'production', '--without', 'trace'], 'USAGE'],
    [['rehearse', 'migrate'], 'ENVIRONMENT_MISSING'],
  ])('%j is answered with %s, and nothing is started', async (args, code) => {
    const ended = await shop.type(...args)
    expect([ended.code, ended.stderr]).toEqual([80, expect.stringContaining(code)])
  })

  it('leaves no clone behind, but for the golden copy', async () => {
    expect(await shop.stage.databases()).toEqual([expect.stringContaining('purser_golden')])
  })
})
