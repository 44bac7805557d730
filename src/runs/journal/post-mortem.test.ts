import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Outcome } from '../outcomes.ts'
import { encodeFrame, encodeHead } from './codec.ts'
import { digestOf } from './digest.ts'
import { segmentFile } from './folder.ts'
import { readOutcome } from './outcome-file.ts'
import { closeJournal } from './post-mortem.ts'
import { readFrames } from './reader.ts'
import { readSegment } from './segment.ts'
import { openJournal } from './writer.ts'

const root = mkdtempSync(path.join(tmpdir(), 'purser-post-mortem-'))
afterAll(() => rmSync(root, { recursive: true }))
const newFolder = () => mkdtempSync(path.join(root, 'a-'))
const lost: Outcome = { end: 'lost', why: 'its supervisor was killed' }

function abandoned(): string {
  const folder = newFolder()
  const bytes = Buffer.from('0123456789')
  const frame = (cursor: number) => encodeFrame({ cursor, at: 1, kind: 'output', stream: 'stdout', bytes })
  const head = (cursor: number, offset: number) => encodeHead({ version: 1, cursor, at: 1, offset })
  writeFileSync(segmentFile(folder, 0), Buffer.concat([head(0, 0), frame(0), frame(1)]))
  writeFileSync(segmentFile(folder, 3), Buffer.concat([head(5, 50), frame(5), frame(6).subarray(0, 20)]))
  return folder
}

describe('closing the journal of a dead writer', () => {
  it('tells what was kept, leaves out a torn line, and compresses', async () => {
    const folder = abandoned()
    const frame = await closeJournal(folder, lost, () => 9)
    const digest = await digestOf(folder)
    expect(frame).toEqual({
      cursor: 6,
      at: 9,
      kind: 'outcome',
      outcome: lost,
      output: { bytes: 60, cut: 30, digest },
    })
    expect(readdirSync(folder).sort()).toEqual(['000000.ndjson.zst', '000003.ndjson.zst', 'outcome.json'])
    expect((await readSegment(folder, 3))?.toString().endsWith('}\n')).toBe(true)
    const kinds: string[] = []
    for await (const { kind } of readFrames(folder)) kinds.push(kind)
    expect(kinds).toEqual(['output', 'output', 'cut', 'output', 'outcome'])
  })

  it('is done once by however many', async () => {
    const folder = abandoned()
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, i) => closeJournal(folder, { end: 'lost', why: `by ${i}` })),
    )
    expect(new Set(all.map((frame) => JSON.stringify(frame)))).toHaveLength(1)
    expect(all[0]?.output.digest).toBe(await digestOf(folder))
  })

  it('leaves the outcome that is there', async () => {
    const folder = newFolder()
    const journal = await openJournal(folder, { quotaBytes: 1_000, now: Date.now })
    const outcome = await journal.outcome({ end: 'exited', code: 0 })
    expect(await closeJournal(folder, lost)).toEqual(outcome)
  })

  it.each(['no file', 'an empty file', 'a torn head'])('copes with a writer that left %s', async (what) => {
    const folder = newFolder()
    if (what !== 'no file')
      writeFileSync(segmentFile(folder, 0), what === 'a torn head' ? '{"version":1,"cu' : '')
    const frame = await closeJournal(folder, lost)
    expect(frame).toMatchObject({ cursor: 0, output: { bytes: 0, cut: 0, digest: await digestOf(folder) } })
    expect(await readOutcome(folder)).toEqual(frame)
  })
})

describe('the digest', () => {
  it('tells an edited, a cut and a removed segment', async () => {
    for (const [number, spoil] of [
      [0, (file: string) => writeFileSync(file, readFileSync(file, 'utf8').replace('5', '6'))],
      [3, (file: string) => truncateSync(file, 60)],
      [3, (file: string) => rmSync(file)],
    ] as const) {
      const folder = abandoned()
      const before = await digestOf(folder)
      spoil(segmentFile(folder, number))
      expect(await digestOf(folder)).not.toBe(before)
    }
  })
})
