import { once } from 'node:events'
import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { openSqliteLedger } from '../../src/ledger/sql/sqlite/sqlite-ledger.ts'
import { requested } from '../conformance/ledger-events.ts'
import { temporaryFolder } from '../conformance/ledger-folder.ts'
import { startProgram } from './ledger-process.ts'

const first = { run: 'a', event: requested(), at: 1 }
const second = { run: 'b', event: requested(), at: 2 }

it('a ledger that another process keeps locked is an error, at opening and at appending', async () => {
  await using made = await makeLedger()
  const holder = await hold(made.file, 'IMMEDIATE')
  const locked = {
    code: 'LEDGER_LOCKED',
    message: `The ledger ${made.file} has been locked by another process for 300 ms.`,
    remedy: expect.stringContaining('fuser'),
  }
  await expect(made.ledger.append(second, { version: 0 })).rejects.toMatchObject(locked)
  await expect(openSqliteLedger(made.file, { lockTimeoutMs: 300 })).rejects.toMatchObject(locked)
  expect(await made.ledger.find({})).toEqual(['a'])
  await holder.letGo()
  expect(await made.ledger.append(second, { version: 0 })).toHaveProperty('appended')
})

it('a ledger that cannot even be read is an error too', async () => {
  await using made = await makeLedger()
  const holder = await hold(made.file, 'EXCLUSIVE')
  await expect(made.ledger.history('a')).rejects.toMatchObject({ code: 'LEDGER_LOCKED' })
  await holder.letGo()
  expect(await made.ledger.history('a')).toHaveLength(1)
})

it('an append waits for the lock, and the process goes on meanwhile', async () => {
  await using made = await makeLedger(30_000)
  const holder = await hold(made.file, 'IMMEDIATE')
  const append = made.ledger.append(second, { version: 0 })
  await holder.letGo()
  expect(await append).toHaveProperty('appended')
})

it('an append waits longer than the timeout while others get on', async () => {
  await using made = await makeLedger(3_000)
  const holder = await hold(made.file, 'IMMEDIATE')
  const append = made.ledger.append(second, { version: 0 })
  for (let change = 0; change < 16; change += 1) {
    await delay(250)
    await utimes(made.file, change, change)
  }
  await holder.letGo()
  expect(await append).toHaveProperty('appended')
})

async function makeLedger(lockTimeoutMs = 300) {
  const folder = await temporaryFolder()
  const file = join(folder.path, 'ledger.db')
  const ledger = await openSqliteLedger(file, { lockTimeoutMs })
  await ledger.append(first, { version: 0 })
  const dispose = async () => {
    await ledger[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  }
  return { file, ledger, [Symbol.asyncDispose]: dispose }
}

async function hold(file: string, lock: 'IMMEDIATE' | 'EXCLUSIVE') {
  const { child, ended } = startProgram('ledger-holder.ts', [file, lock])
  await once(child.stdout, 'data')
  const letGo = async () => {
    child.stdin.end()
    expect(await ended).toEqual({ code: 0, signal: null, stderr: '' })
  }
  return { letGo }
}
