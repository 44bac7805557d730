import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunView } from '../../../src/operations/runs/view-run.ts'
import { openClient } from '../../integration/inspect/stage.ts'
import { purser, purserJson, typePurser } from '../../support/cli.ts'
import { openShop, type Shop } from './shop.ts'

const writersWaitMs = 400

let shop: Shop
beforeAll(async () => {
  shop = await openShop({
    rehearsal: `{ maxBlockedMs: { writes: ${writersWaitMs} }, off: ['timing', 'dying', 'undo', 'crowd'], accepted: [
      { hazard: 'lock_queue', reason: 'the run has a lock_timeout', until: '2999-12-31' } ] }`,
  })
  await shop.query('create table pace (seconds float8); insert into pace values (0)')
})
afterAll(() => shop[Symbol.asyncDispose]())

const rehearse = async () => {
  const ended = await shop.type('rehearse', 'migrate', '-e', 'production')
  expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('✔ pass')])
}
const connectedAs = (name: string) => openClient(`${shop.url}&application_name=${name}`)
const loud = () => shop.query('select count(*)::int as n from users where email = upper(email)')

describe('a migration of a database in which something goes on', () => {
  let [report, dump]: pg.Client[] = []
  afterAll(() => Promise.all([report?.end(), dump?.end()]))

  it('is refused when that goes on, by its name', async () => {
    shop.migration(
      '20260101000000_grow',
      'update users set email = upper(email) where id <= 1000; select pg_sleep(seconds) from pace;',
    )
    await rehearse()
    report = await connectedAs('report')
    await report.query('begin; select 1')
    dump = await connectedAs('pg_dump')
    const ended = await shop.type('run', 'migrate', '-e', 'production')
    expect(ended.code).toBe(81)
    expect(ended.stderr).toMatch(/! Waited for: process \d+ of postgres \(pg_dump\) has been dumping/)
    expect(ended.stderr).toMatch(/"main" was waited for 30\.0 s, and is not quiet: process .*\(pg_dump\)/)
    expect(ended.stderr).toContain('DATABASE_BUSY')
    expect(await loud()).toEqual([{ n: 0 }])
  })

  it('waits for a transaction that it names, goes on after it, and what went otherwise is told', async () => {
    await dump?.end()
    await shop.query('delete from users where id <= 500; update pace set seconds = 2')
    const typed = typePurser(shop.project.folder, ['run', 'migrate', '-e', 'production'])
    await typed.printed('(report) has a transaction open for ', 'stderr')
    expect(await loud()).toEqual([{ n: 0 }])
    await report?.query('commit')
    expect((await typed.finished).code).toBe(0)
    expect(await loud()).toEqual([{ n: 500 }])
    const { applied } = await purserJson<RunView>(shop.project.folder, ['show', 'last'])
    expect(applied?.surprises).toEqual([
      '500 rows of public.users were changed, and 1,000 in the rehearsal.',
      expect.stringMatching(/^The longest statement took \d\.\d s, and \d[\d.]* m?s in the rehearsal\.$/),
    ])
    const shown = await purser(shop.project.folder, ['show', 'last'])
    for (const surprise of applied?.surprises ?? []) expect(shown.stdout).toContain(surprise)
  })
})

it('a migration behind a lock gives up, and keeps writers waiting no longer than they may be', async () => {
  shop.migration('20260102000000_plan', 'alter table users add column plan text;')
  await rehearse()
  const [reader, writer] = [await openClient(shop.url), await openClient(shop.url)]
  await reader.query('begin; select from users limit 1')
  const over = new AbortController()
  const waits = longestWaits(writer, over.signal)
  const ended = await shop.type('run', 'migrate', '-e', 'production')
  over.abort()
  const waited = await waits
  await Promise.all([reader.end(), writer.end()])
  expect(ended.code).not.toBe(0)
  expect(ended.stderr + ended.stdout).toContain('canceling statement due to lock timeout')
  // the machine may pause in one or two of all that waited
  expect(waited.at(2)).toBeLessThan(writersWaitMs * 2)
  expect(waited.at(0)).toBeLessThan(writersWaitMs * 10)
  expect(waited.at(3)).toBeGreaterThan(writersWaitMs / 2) // it was tried several times
  expect(
    await shop.query(
      `select from pg_attribute where attrelid = 'users'::regclass and attname = 'plan' and not attisdropped`,
    ),
  ).toEqual([])
})

/** How long each of many writes took, in milliseconds, the longest first. */
async function longestWaits(client: pg.Client, over: AbortSignal): Promise<readonly number[]> {
  const waits: number[] = []
  while (!over.aborted) {
    const began = performance.now()
    await client.query('update users set age = 1 where id = 5000')
    waits.push(performance.now() - began)
    await sleep(5)
  }
  return waits.sort((one, other) => other - one)
}
