import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { outcomeFile, reserveFile } from './folder.ts'
import { makeReserve, type OutcomeFrame, readOutcome, writeOutcome } from './outcome-file.ts'

const root = mkdtempSync(path.join(tmpdir(), 'purser-outcome-'))
afterAll(() => rmSync(root, { recursive: true }))
const newFolder = () => mkdtempSync(path.join(root, 'a-'))

const frame = (pid: number): OutcomeFrame => ({
  cursor: 1,
  at: 2,
  kind: 'outcome',
  outcome: { end: 'lost', why: `process ${pid} was killed` },
  output: { bytes: 0, cut: 0, digest: '' },
})

describe('the outcome', () => {
  it.each([true, false])('is written once by however many, with a reserve: %s', async (hasReserve) => {
    const folder = newFolder()
    if (hasReserve) await makeReserve(folder)
    expect(await readOutcome(folder)).toBeUndefined()
    const written = await Promise.all(Array.from({ length: 20 }, (_, i) => writeOutcome(folder, frame(i))))
    expect(new Set(written.map((each) => JSON.stringify(each)))).toHaveLength(1)
    expect(await readOutcome(folder)).toEqual(written[0])
    expect(await writeOutcome(folder, frame(99))).toEqual(written[0])
    expect(readdirSync(folder)).toEqual(['outcome.json'])
  })

  it('is longer than the reserve where it has to be', async () => {
    const folder = newFolder()
    await makeReserve(folder)
    const long: OutcomeFrame = { ...frame(1), outcome: { end: 'lost', why: 'x'.repeat(100_000) } }
    await writeOutcome(folder, long)
    expect(await readOutcome(folder)).toEqual(long)
  })

  it('leaves the reserve alone until then', async () => {
    const folder = newFolder()
    await makeReserve(folder)
    await expect(makeReserve(folder)).rejects.toThrow('EEXIST')
    expect(existsSync(reserveFile(folder))).toBe(true)
    writeFileSync(outcomeFile(folder), JSON.stringify(frame(3)))
    expect(await writeOutcome(folder, frame(4))).toEqual(frame(3))
  })
})
