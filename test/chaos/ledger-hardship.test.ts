import { chown } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../conformance/ledger-folder.ts'
import { startProgram } from './ledger-process.ts'

const isRoot = process.getuid?.() === 0
// mounts are seen by the process alone, and are gone with it
const ownMounts = ['unshare', ...(isRoot ? [] : ['--user', '--map-root-user']), '--mount']

it('a full disk is an error before a run begins, and spoils nothing', async () => {
  await using folder = await temporaryFolder()
  const { nearlyFull, full, roomAgain, verified } = await tell('full-disk', folder.path, ownMounts)
  const noRoom = /^LEDGER_UNWRITABLE: The ledger .* cannot be written: its disk has .* left/
  const diskFull = /^LEDGER_UNWRITABLE: The ledger .* cannot be written: the disk is full\.$/
  expect(nearlyFull).toEqual({ newRun: expect.stringMatching(noRoom), runAtWork: null })
  expect(full).toEqual({
    newRun: expect.stringMatching(noRoom),
    runAtWork: expect.stringMatching(diskFull),
    newLedger: expect.stringMatching(diskFull),
    oldLedger: expect.stringMatching(diskFull),
    reading: null,
  })
  expect(roomAgain).toBeNull()
  expect(verified).toMatchObject({ events: 3, problems: [] })
})

it('a read-only disk is an error when the ledger is opened', async () => {
  await using folder = await temporaryFolder()
  const unwritable = expect.stringMatching(/^LEDGER_UNWRITABLE: .* read-only file system/)
  const found = await tell('read-only-disk', folder.path, ownMounts)
  expect(found).toEqual({ oldLedger: unwritable, newLedger: unwritable })
})

it('a file or folder that the user may not write is an error when the ledger is opened', async () => {
  await using folder = await temporaryFolder()
  if (isRoot) await chown(folder.path, 65_534, 65_534)
  const unwritable = expect.stringMatching(/^LEDGER_UNWRITABLE: The ledger .* cannot be written: /)
  const found = await tell('no-rights', folder.path)
  expect(found).toEqual({ readOnlyFile: unwritable, readOnlyFolder: unwritable, noFolder: unwritable })
})

async function tell(story: string, folder: string, under: readonly string[] = []) {
  const { child, ended } = startProgram('ledger-hardship.ts', [story, folder], { under })
  const told = text(child.stdout)
  expect(await ended).toEqual({ code: 0, signal: null, stderr: '' })
  return JSON.parse(await told)
}
