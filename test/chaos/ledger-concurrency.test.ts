import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Head, Ledger } from '../../src/ledger/ledger.ts'
import { openSqliteLedger } from '../../src/ledger/sql/sqlite/sqlite-ledger.ts'
import { verifyLedger } from '../../src/operations/verify-ledger.ts'
import { wholeRun } from '../conformance/ledger-events.ts'
import { temporaryFolder } from '../conformance/ledger-folder.ts'
import { startProgram } from './ledger-process.ts'

describe('two hundred processes', () => {
  it('each record a run at the same moment in one new ledger, and keep one chain', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, '.purser', 'ledger.db')
    const start = (run: string, into = file) =>
      startProgram('ledger-writer.ts', [into, run], { compiledIn: join(folder.path, 'compiled') })
    const first = start('first', join(folder.path, 'another.db'))
    first.child.stdin.end()
    expect(await first.ended).toMatchObject({ code: 0 })

    const writers = Array.from({ length: 200 }, (_, n) => start(`run-${n}`))
    await Promise.all(writers.map(({ child }) => once(child.stdout, 'data')))

    const begun = performance.now()
    for (const { child } of writers) child.stdin.end()
    const endings = await Promise.all(writers.map(({ ended }) => ended))
    console.log(`200 processes recorded 800 events in ${Math.round(performance.now() - begun)} ms`)

    expect(endings.filter(({ code }) => code !== 0)).toEqual([])
    await using ledger = await openSqliteLedger(file)
    expect(await verifyLedger(ledger)).toMatchObject({ events: 800, runs: 200, problems: [] })
    expect(await ledger.find({ open: true })).toEqual([])
  })
})

describe('processes killed while they append', () => {
  it('leave a chain that holds, with everything they were told was recorded', async () => {
    await using folder = await temporaryFolder()
    const file = join(folder.path, 'ledger.db')
    const acknowledged: Head[] = []
    for (let round = 0; round < 5; round += 1) {
      const killed = Array.from({ length: 8 }, (_, n) => killAtRandom(file, `round-${round}-${n}`))
      acknowledged.push(...(await Promise.all(killed)).flat())
    }

    await using ledger = await openSqliteLedger(file)
    const { problems, events } = await verifyLedger(ledger)
    expect(problems).toEqual([])
    console.log(
      `40 writers were killed after ${acknowledged.length} acknowledged appends; ${events} are recorded`,
    )
    const hashes = await allHashes(ledger)
    expect(acknowledged.filter(({ hash }) => !hashes.has(hash))).toEqual([])
    for (const [version, event] of wholeRun('after').entries()) {
      expect(await ledger.append(event, { version })).toHaveProperty('appended')
    }
  })
})

/** Lets a writer append for a random while, kills it, and gives the heads that it had told until then. */
async function killAtRandom(file: string, name: string): Promise<readonly Head[]> {
  const { child, ended } = startProgram('ledger-tireless-writer.ts', [file, name])
  const heads: Head[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    // the first head says that it is at work; the moment to die is any after it
    if (heads.length === 0) delay(Math.random() * 300).then(() => child.kill('SIGKILL'))
    heads.push(JSON.parse(line))
  }
  expect(await ended).toEqual({ code: null, signal: 'SIGKILL', stderr: '' })
  return heads
}

async function allHashes(ledger: Ledger): Promise<ReadonlySet<string>> {
  const hashes = new Set<string>()
  for await (const { hash } of ledger.scan()) hashes.add(hash)
  return hashes
}
