import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { RunView } from '../../../src/operations/runs/view-run.ts'
import { docker } from '../../support/docker/docker.ts'
import { until } from '../../support/until.ts'
import { type DockerShop, openDockerShop } from './docker-shop.ts'

const migrate = ['run', 'migrate', '-e', 'production'] as const
const loud = 'select count(*) from users where email = upper(email)'
/** It waits for as long as there is a row in `gate`, and then does more. */
const waiting = (then: string) => `
do $$ begin while exists (select from gate) loop perform pg_sleep(0.02); end loop; end $$;
${then}`
const atTheGate = `select count(*) from pg_stat_activity where query like '%from gate%' and pid <> pg_backend_pid()`

describe('a migration of an app in containers', () => {
  let shop: DockerShop
  beforeAll(async () => {
    shop = await openDockerShop()
    await shop.query('create table gate (closed bool)')
  })
  afterAll(() => shop[Symbol.asyncDispose]())
  afterEach(async () => {
    await shop.query('delete from gate')
    await until(async () => (await shop.leftovers()).length === 0)
  })

  it('is watched in production, within its budgets', async () => {
    shop.migration(
      '20260101000000_grow',
      `create table budgets as select current_setting('lock_timeout') as lock;
      update users set email = upper(email) where id <= 1000;`,
    )
    await shop.rehearse()
    const ended = await shop.type(...migrate)
    expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining('not watched')])
    const seen = await shop.show<RunView>()
    expect(seen).toMatchObject({ status: 'succeeded', applied: { surprises: [] } })
    expect(seen.applied?.rows['public.users']).toMatchObject({ updated: 1000 })
    expect(seen.parity?.own.map(({ fact }) => fact)).toContain('variables:DATABASE_URL')
    expect(await shop.query('select lock from budgets')).toBe('1s')
    expect(await shop.leftovers()).toEqual([])
  })

  it('is rolled back where it would do more than was rehearsed', async () => {
    shop.migration('20260102000000_age', 'update users set age = age + 1000;')
    await shop.rehearse()
    await shop.query(`insert into users select n, 'more', 1 from generate_series(2001, 4000) n`)
    const ended = await shop.type(...migrate)
    expect(ended.code).not.toBe(0)
    expect(ended.stdout + ended.stderr).toContain('more than was rehearsed')
    expect(await shop.query('select count(*) from users where age >= 1000')).toBe('0')
    expect(await shop.show<RunView>()).toMatchObject({ status: 'failed', applied: { rows: {} } })
  })

  it('is watched and not held where the glass is broken', async () => {
    const ended = await shop.type(...migrate, '--break-glass', 'the pager is ringing')
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('the pager is ringing')])
    const { applied } = await shop.show<RunView>()
    expect(applied?.rows['public.users']).toMatchObject({ updated: 4000 })
    expect(await shop.query('select count(*) from users where age >= 1000')).toBe('4000')
  })

  it('is rolled back when its relay is killed', async () => {
    shop.migration('20260103000000_wait', waiting('update users set email = upper(email);'))
    await shop.rehearse()
    const before = await shop.query(loud)
    await shop.query('insert into gate values (true)')
    const typed = shop.start(...migrate)
    await until(async () => (await shop.query(atTheGate)) === '1', 180_000)
    await docker('kill', await ofPurser('chroot'))
    const ended = await typed.finished
    expect(ended.code).not.toBe(0)
    expect(ended.stdout + ended.stderr).toContain('The way to the wire broke.')
    await until(async () => (await shop.query(atTheGate)) === '0')
    expect(await shop.query(loud)).toBe(before)
    expect(await shop.show<RunView>()).toMatchObject({ status: 'failed', applied: { rows: {} } })
  })

  it('is rolled back when the container is killed from which the wire connects', async () => {
    await shop.query('insert into gate values (true)')
    const before = await shop.query(loud)
    const typed = shop.start(...migrate)
    await until(async () => (await shop.query(atTheGate)) === '1', 180_000)
    await docker('kill', await ofPurser('busybox cat'))
    expect((await typed.finished).code).not.toBe(0)
    await shop.query('delete from gate')
    await until(async () => (await shop.query(atTheGate)) === '0')
    expect(await shop.query(loud)).toBe(before)
  })

  it('is rolled back when purser is killed, and what that leaves is swept', async () => {
    await shop.query('insert into gate values (true)')
    const before = await shop.query(loud)
    const typed = shop.start(...migrate)
    await until(async () => (await shop.query(atTheGate)) === '1', 180_000)
    typed.process.kill('SIGKILL')
    await typed.finished
    await shop.query('delete from gate')
    await until(async () => (await shop.query(atTheGate)) === '0')
    expect(await shop.query(loud)).toBe(before)
    expect(await shop.leftovers()).not.toEqual([])
    await until(async () => (await shop.show<RunView>()).status === 'failed')
    await shop.type('tasks', '-e', 'production')
    expect(await shop.leftovers()).toEqual([])
  })

  it('goes on when its supervisor is killed, watched', async () => {
    await shop.query('insert into gate values (true)')
    const typed = shop.start(...migrate)
    await until(async () => (await shop.query(atTheGate)) === '1', 180_000)
    const { run } = await shop.show<RunView>()
    const holder = (generation: number) =>
      path.join(shop.project.folder, '.purser/attempts', `${run}.1`, `holder-${generation}.json`)
    process.kill(JSON.parse(readFileSync(holder(1), 'utf8')).supervisor.pid, 'SIGKILL')
    await until(() => existsSync(holder(2)), 180_000)
    await shop.query('delete from gate')
    expect((await typed.finished).code).toBe(0)
    const all = await shop.query('select count(*) from users')
    expect(await shop.query(loud)).toBe(all)
    const { applied } = await shop.show<RunView>()
    expect(applied?.rows['public.users']).toMatchObject({ updated: Number(all) })
  })

  it('says why it is not watched, and so does its record, where no wire can be reached', async () => {
    const config = path.join(shop.project.folder, 'purser.config.ts')
    shop.project.write(
      'purser.config.ts',
      readFileSync(config, 'utf8').replace('purser-test/helper', 'purser-test/absent'),
    )
    shop.migration('20260104000000_quiet', 'update users set age = 1;')
    const ended = await shop.type(...migrate, '--break-glass', 'the helper is gone')
    expect(ended.code).toBe(0)
    const why = 'The helper image "purser-test/absent", which leads twins to a wire, is not on the engine'
    expect(ended.stderr).toContain(`is not watched: ${why}`)
    const { applied } = await shop.show<RunView>()
    expect(applied).toMatchObject({ rows: {}, surprises: [expect.stringContaining(why)] })
  })
})

describe('a migration of an app', () => {
  it.each([
    [
      'of two networks, with a read-only root and a user of its own',
      { isDatabaseApart: true, app: ['--read-only', '--user', '1000:1000'] },
    ],
    ['in the network of another container', { shares: 'database' }],
    ["in the machine's own network", { shares: 'machine' }],
  ] as const)('%s is watched', async (_, options) => {
    await using shop = await openDockerShop(options)
    shop.migration('20260101000000_grow', 'update users set email = upper(email) where id <= 1000;')
    await shop.rehearse()
    const ended = await shop.type(...migrate)
    expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining('not watched')])
    const { applied } = await shop.show<RunView>()
    expect(applied).toMatchObject({ surprises: [], rows: { 'public.users': { updated: 1000 } } })
    expect(await shop.leftovers()).toEqual([])
  })
})

/** The container of Purser's whose command has this in it. */
async function ofPurser(command: string): Promise<string> {
  const args = ['--no-trunc', '--filter', 'label=purser.starter', '--format', '{{.ID}} {{.Command}}']
  const lines = (await docker('ps', ...args)).split('\n')
  return lines.find((line) => line.includes(command))?.split(' ')[0] ?? ''
}
