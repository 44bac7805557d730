import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunView } from '../../../src/operations/runs/view-run.ts'
import { purserJson, typePurser } from '../../support/cli.ts'
import { until } from '../../support/until.ts'
import { openShop, type Shop } from './shop.ts'

let shop: Shop
beforeAll(async () => {
  shop = await openShop()
  shop.migration('20260101000000_slow', 'create table slow (); select pg_sleep(60);')
})
afterAll(() => shop[Symbol.asyncDispose]())

it('of a purser that is killed in the middle nothing is left, and nothing passed', async () => {
  const typed = typePurser(shop.project.folder, ['rehearse', 'migrate', '-e', 'production'])
  const isAtWork = async () =>
    (
      await shop.stage.cloneServer.query(
        `select from pg_stat_activity where query like '%pg_sleep(60)%' and pid <> pg_backend_pid()`,
      )
    ).length > 0
  await until(isAtWork, 180_000)
  typed.process.kill('SIGKILL')
  await typed.finished

  const listed = await purserJson<{ kind: string }[]>(shop.project.folder, [
    'clone',
    'list',
    '-e',
    'production',
  ])
  expect(listed.map(({ kind }) => kind)).toEqual(['golden'])
  expect(await isAtWork()).toBe(false)
  const seen = await purserJson<RunView>(shop.project.folder, ['show', 'last'])
  expect(seen).toMatchObject({ isRehearsal: true, status: 'failed', exitCode: 82 })
  expect(seen.rehearsal).toBeUndefined()
  const ran = await shop.type('run', 'migrate', '-e', 'production')
  expect([ran.code, ran.stderr]).toEqual([81, expect.stringContaining('REHEARSAL_MISSING')])
  expect(await shop.query(`select to_regclass('slow') as it`)).toEqual([{ it: null }])
})

it('one Ctrl-C ends it in order; a second gives up at once, and says what is left and how it is swept', async () => {
  const task = { name: 'stubborn', summary: 'Does not heed a SIGTERM.', database: 'main' }
  const script = `trap '' TERM; psql "$DATABASE_URL" -c 'create table slow ()'; echo at work; sleep 300`
  shop.project.write(
    'tasks/stubborn.ts',
    `import { defineMigration } from 'purser'
export default defineMigration(${JSON.stringify({ ...task, command: ['sh', '-c', script] })})`,
  )
  const typed = typePurser(shop.project.folder, ['rehearse', 'stubborn', '-e', 'production'])
  await typed.printed('at work', 'stderr')
  typed.process.kill('SIGINT')
  await typed.printed('Ending the rehearsal', 'stderr')
  typed.process.kill('SIGINT')
  const { code, stderr } = await typed.finished
  expect(code).toBe(130)
  const [run = ''] = /(?<=`purser cancel )[^`]+/.exec(stderr) ?? []
  expect(stderr).toContain('Given up. Clones that are left are dropped by the next rehearsal')
  expect((await shop.stage.databases()).some((name) => name.includes('purser_clone'))).toBe(true)

  await shop.type('clone', 'list', '-e', 'production')
  expect((await shop.stage.databases()).some((name) => name.includes('purser_clone'))).toBe(false)
  const ended = await shop.type('cancel', run)
  expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('? not rehearsed')])
})
