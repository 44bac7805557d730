import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openSqliteLedger } from '../../src/ledger/sql/sqlite/sqlite-ledger.ts'
import type { Context } from '../../src/operations/context.ts'
import { findRun } from '../../src/operations/runs/find-run.ts'
import type { RunRequest } from '../../src/runs/events.ts'
import { requested } from '../conformance/ledger-events.ts'
import { temporaryFolder } from '../conformance/ledger-folder.ts'

/** As far as runs are looked for in it. */
function contextOf(ledger: Ledger): Context {
  const wiring = { describe: 'the tests’', open: async () => ledger }
  return { config: { configuration: { environments: { test: { ledger: wiring } } } } } as unknown as Context
}

it('the last run is the batch that its workers are of, or the replay of it', async () => {
  await using folder = await temporaryFolder()
  await using ledger = await openSqliteLedger(join(folder.path, 'ledger.db'))
  const request = async (run: string, of: Partial<RunRequest>) => {
    await ledger.append({ run, event: requested(of), at: 1 }, { version: 0 })
    return (await findRun(contextOf(ledger), 'last')).run.id
  }
  const batch = { id: 'first' }
  expect(await request('script', { kind: 'script' })).toBe('script')
  expect(await request('first', { kind: 'batch' })).toBe('first')
  expect(await request('helper', { kind: 'worker', batch })).toBe('first')
  expect(await request('again', { kind: 'batch', batch })).toBe('again')
  expect(await request('worker', { kind: 'worker', batch })).toBe('again')
  expect(await request('other', { kind: 'script' })).toBe('other')
})
