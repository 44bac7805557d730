// A process that meets a disk it cannot write: `node ledger-hardship.ts STORY FOLDER`. It prints what became of each
// step as JSON: the code of the error, or null. The stories `full-disk` and `read-only-disk` mount a small disk over the
// folder, and so need a mount namespace of their own.
import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { PurserError } from '../../src/core/errors.ts'
import { openSqliteLedger } from '../../src/ledger/sql/sqlite/sqlite-ledger.ts'
import { verifyLedger } from '../../src/operations/verify-ledger.ts'
import { requested, running, starting } from '../conformance/ledger-events.ts'

const [story = '', folder = ''] = process.argv.slice(2)
const file = join(folder, '.purser', 'ledger.db')
const filler = join(folder, 'filler')

const stories: Readonly<Record<string, () => Promise<unknown>>> = {
  'full-disk': fullDisk,
  'read-only-disk': readOnlyDisk,
  'no-rights': noRights,
}
console.log(JSON.stringify(await stories[story]?.()))

async function fullDisk() {
  mount('-t', 'tmpfs', '-o', 'size=4m', 'purser', folder)
  await using ledger = await openSqliteLedger(file)
  await ledger.append({ run: 'a', event: requested(), at: 1 }, { version: 0 })

  fill(500_000)
  const nearlyFull = {
    newRun: await failure(() => ledger.append({ run: 'b', event: requested(), at: 2 }, { version: 0 })),
    runAtWork: await failure(() =>
      ledger.append({ run: 'a', event: starting('a.1'), at: 3 }, { version: 1 }),
    ),
  }
  fill(0)
  const full = {
    newRun: await failure(() => ledger.append({ run: 'b', event: requested(), at: 4 }, { version: 0 })),
    runAtWork: await failure(() => ledger.append({ run: 'a', event: running('a.1'), at: 5 }, { version: 2 })),
    newLedger: await failure(() => openSqliteLedger(join(folder, 'new', 'ledger.db'))),
    oldLedger: await failure(() => openSqliteLedger(file)),
    reading: await failure(() => ledger.history('a')),
  }
  rmSync(filler)
  const roomAgain = await failure(() =>
    ledger.append({ run: 'a', event: running('a.1'), at: 6 }, { version: 2 }),
  )
  return { nearlyFull, full, roomAgain, verified: await verifyLedger(ledger) }
}

async function readOnlyDisk() {
  mount('-t', 'tmpfs', '-o', 'size=4m', 'purser', folder)
  await makeLedger()
  mount('-o', 'remount,ro', folder)
  return {
    oldLedger: await failure(() => openSqliteLedger(file)),
    newLedger: await failure(() => openSqliteLedger(join(folder, 'new', 'ledger.db'))),
  }
}

async function noRights() {
  // root has every right; the user "nobody" has none
  if (process.geteuid?.() === 0) process.seteuid?.(65_534)
  await makeLedger()
  chmodSync(file, 0o400)
  const readOnlyFile = await failure(() => openSqliteLedger(file))
  chmodSync(file, 0o600)
  rmSync(`${file}-journal`)
  chmodSync(join(folder, '.purser'), 0o500)
  const readOnlyFolder = await failure(() => openSqliteLedger(file))
  chmodSync(folder, 0o500)
  const noFolder = await failure(() => openSqliteLedger(join(folder, 'new', 'ledger.db')))
  for (const path of [folder, join(folder, '.purser')]) chmodSync(path, 0o700)
  return { readOnlyFile, readOnlyFolder, noFolder }
}

async function makeLedger(): Promise<void> {
  await using ledger = await openSqliteLedger(file)
  await ledger.append({ run: 'a', event: requested(), at: 1 }, { version: 0 })
}

async function failure(step: () => Promise<unknown>): Promise<string | null> {
  try {
    await step()
    return null
  } catch (thrown) {
    if (thrown instanceof PurserError) return `${thrown.code}: ${thrown.message}`
    throw thrown
  }
}

function mount(...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync('mount', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`mount ${args.join(' ')} failed: ${error?.message ?? stderr}`)
}

/** Writes until no more than this many bytes are free. */
function fill(leave: number): void {
  const descriptor = openSync(filler, 'a')
  try {
    for (;;) {
      const { bavail, bsize } = statfsSync(folder)
      if (bavail * bsize <= leave) return
      writeSync(descriptor, Buffer.alloc(bsize))
    }
  } finally {
    closeSync(descriptor)
  }
}
