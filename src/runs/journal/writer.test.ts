import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { Bug, PurserError } from '../../core/errors.ts'
import type { Frame } from '../frames.ts'
import type { Outcome } from '../outcomes.ts'
import { digestOf } from './digest.ts'
import { readOutcome } from './outcome-file.ts'
import { readFrames } from './reader.ts'
import { openJournal, resumeJournal } from './writer.ts'

const root = mkdtempSync(path.join(tmpdir(), 'purser-journal-'))
afterAll(() => rmSync(root, { recursive: true }))
const newFolder = () => mkdtempSync(path.join(root, 'a-'))

const now = () => 1_700_000_000_000
const done: Outcome = { end: 'exited', code: 0 }

describe('a journal', () => {
  it('gives back what was appended, in order, then its outcome', async () => {
    const folder = newFolder()
    const journal = await openJournal(folder, { quotaBytes: 1_000_000, now })
    const started = await journal.append({ kind: 'started', pid: 5, containment: 'exact' })
    expect(started).toEqual({ cursor: 0, at: now(), kind: 'started', pid: 5, containment: 'exact' })
    await journal.append({ kind: 'output', stream: 'stdout', bytes: Buffer.from('one ') })
    await journal.append({ kind: 'output', stream: 'stdout', bytes: Buffer.from('two') })
    await journal.append({ kind: 'output', stream: 'stderr', bytes: Buffer.from([0, 255]) })
    await journal.append({ kind: 'progress', done: 1, total: 2 })
    const outcome = await journal.outcome(done)

    expect(await framesOf(folder)).toEqual([
      started,
      { cursor: 1, at: now(), kind: 'output', stream: 'stdout', bytes: Buffer.from('one two') },
      { cursor: 2, at: now(), kind: 'output', stream: 'stderr', bytes: Buffer.from([0, 255]) },
      { cursor: 3, at: now(), kind: 'progress', done: 1, total: 2 },
      outcome,
    ])
    expect(outcome).toMatchObject({ cursor: 4, outcome: done, output: { bytes: 9, cut: 0 } })
    expect(await readOutcome(folder)).toEqual(outcome)
    expect(outcome.output.digest).toBe(await digestOf(folder))
    expect(readdirSync(folder).sort()).toEqual(['000000.ndjson.zst', 'outcome.json'])
  })

  it('holds an attempt that did nothing', async () => {
    const folder = newFolder()
    const journal = await openJournal(folder, { quotaBytes: 1_000_000, now })
    const outcome = await journal.outcome({ end: 'unstartable', why: 'no such file' })
    expect(await framesOf(folder)).toEqual([outcome])
    expect(outcome.output).toMatchObject({ bytes: 0, cut: 0, digest: await digestOf(folder) })
  })

  it('has an outcome once, and nothing after it', async () => {
    const journal = await openJournal(newFolder(), { quotaBytes: 1_000_000, now })
    await journal.outcome(done)
    await expect(journal.outcome(done)).rejects.toThrow(Bug)
    await expect(journal.append({ kind: 'notice', text: 'late' })).rejects.toThrow(Bug)
  })

  it('begins in a folder that can be written to and has no journal yet, or not at all', async () => {
    const folder = newFolder()
    const journal = await openJournal(folder, { quotaBytes: 1_000_000, now })
    await expect(openJournal(folder, { quotaBytes: 1_000_000, now })).rejects.toThrow(PurserError)
    await expect(openJournal(path.join(folder, 'absent'), { quotaBytes: 1, now })).rejects.toMatchObject({
      code: 'ATTEMPT_NOT_STARTED',
      message: expect.stringContaining('absent'),
    })
    await journal.outcome(done)
  })

  it('writes a frame soon when nothing follows', async () => {
    const folder = newFolder()
    const journal = await openJournal(folder, { quotaBytes: 1_000_000, now })
    const following = readFrames(folder, { follow: true })
    for (const bytes of [Buffer.from('prompt> '), Buffer.from([0xc3])]) {
      await journal.append({ kind: 'output', stream: 'stdout', bytes })
      expect((await following.next()).value).toMatchObject({ kind: 'output', bytes })
    }
    await journal.outcome(done)
    expect((await following.next()).value).toMatchObject({ kind: 'outcome' })
    expect(await following.next()).toMatchObject({ done: true })
  })

  it('takes a line of 10 MB, and bytes of every kind', async () => {
    const folder = newFolder()
    const journal = await openJournal(folder, { quotaBytes: 50_000_000, now })
    const all = Buffer.alloc(10_000_000, 'a long line of ünïcode ')
    for (let i = 0; i < 256; i += 1) all.fill(i, 5_000_000 + 20 * i, 5_000_000 + 20 * (i + 1))
    await journal.append({ kind: 'output', stream: 'stdout', bytes: all })
    await journal.outcome(done)
    expect(split(await framesOf(folder)).before.equals(all)).toBe(true)
  })

  it('makes the source wait while much is not written yet', async () => {
    const journal = await openJournal(newFolder(), { quotaBytes: 100_000_000, now })
    let passed = false
    const bytes = Buffer.alloc(3_000_000, 'x')
    const room = journal.append({ kind: 'output', stream: 'stdout', bytes }).then(() => {
      passed = true
    })
    await Promise.resolve()
    expect(passed).toBe(false)
    await room
    expect((await journal.outcome(done)).output.bytes).toBe(3_000_000)
  })
})

describe('the quota', () => {
  const sizes = fc.array(fc.oneof(fc.nat(300), fc.nat(6_000), fc.nat(90_000)), { maxLength: 60 })
  const quota = fc.oneof(fc.nat(5_000), fc.nat(200_000))

  it('keeps exactly the first and the last bytes, and tells exactly how many are missing', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, quota, async (lengths, quotaBytes) => {
        const folder = newFolder()
        const journal = await openJournal(folder, { quotaBytes, now })
        const all = numbered(lengths.reduce((sum, length) => sum + length, 0))
        let at = 0
        for (const length of lengths) {
          await journal.append({ kind: 'output', stream: 'merged', bytes: all.subarray(at, at + length) })
          at += length
          if (length % 7 === 0) await new Promise(setImmediate)
        }
        const { output } = await journal.outcome(done)
        const frames = await framesOf(folder)
        const kept = split(frames)

        expect(output).toEqual({ bytes: all.length, cut: kept.cut, digest: await digestOf(folder) })
        expect(kept.before.equals(all.subarray(0, kept.before.length))).toBe(true)
        expect(kept.after.equals(all.subarray(all.length - kept.after.length))).toBe(true)
        expect(kept.before.length + kept.cut + kept.after.length).toBe(all.length)
        expect(ascend(frames)).toBe(true)
        if (all.length <= quotaBytes) expect(kept.cut).toBe(0)
        if (kept.cut > 0) {
          const segment = Math.max(4_096, quotaBytes / 16) * 1.5
          expect(kept.before.length).toBeGreaterThanOrEqual(quotaBytes / 2)
          expect(kept.after.length).toBeGreaterThanOrEqual(quotaBytes / 2)
          expect(kept.before.length + kept.after.length).toBeLessThanOrEqual(quotaBytes + 2 * segment)
        }
        rmSync(folder, { recursive: true })
      }),
      { numRuns: 40 },
    )
  }, 60_000)

  it('bounds what is on the disk at any time, also when a task only reports progress', async () => {
    const folder = newFolder()
    const quotaBytes = 200_000
    const journal = await openJournal(folder, { quotaBytes, now })
    let most = 0
    for (let done = 0; done < 20_000; done += 1) {
      await journal.append({ kind: 'progress', done })
      if (done % 1_000 !== 0) continue
      await new Promise((resolve) => setTimeout(resolve, 5))
      most = Math.max(most, sizeOf(folder))
    }
    await journal.outcome(done)
    expect(most).toBeGreaterThan(quotaBytes / 2)
    expect(most).toBeLessThan(quotaBytes * 1.5)
    const frames = await framesOf(folder)
    expect(frames.at(-2)).toMatchObject({ kind: 'progress', done: 19_999 })
    expect(frames.some(({ kind }) => kind === 'cut')).toBe(false)
  })

  it('tells a follower who missed a part of it just that part', async () => {
    const folder = newFolder()
    const journal = await openJournal(folder, { quotaBytes: 64_000, now })
    const append = (text: string) =>
      journal.append({ kind: 'output', stream: 'stdout', bytes: Buffer.from(text) })
    const following = readFrames(folder, { follow: true })
    await append('first')
    expect((await following.next()).value).toMatchObject({ cursor: 0, bytes: Buffer.from('first') })
    for (let i = 0; i < 100; i += 1) await append('x'.repeat(10_000))
    const { output } = await journal.outcome(done)
    const rest: Frame[] = []
    for await (const frame of following) rest.push(frame)
    const seen = split(rest)
    expect(seen.cut).toBeGreaterThan(0)
    expect(5 + seen.before.length + seen.cut + seen.after.length).toBe(output.bytes)
    expect(ascend(rest)).toBe(true)
  })
})

async function framesOf(folder: string): Promise<Frame[]> {
  const frames: Frame[] = []
  for await (const frame of readFrames(folder)) frames.push(frame)
  return frames
}

function ascend(frames: readonly Frame[]): boolean {
  return frames.every(({ cursor }, i) => cursor > (frames[i - 1]?.cursor ?? -1))
}

/** Bytes before and after the one cut. */
function split(frames: readonly Frame[]): { before: Buffer; cut: number; after: Buffer } {
  const at = frames.findIndex(({ kind }) => kind === 'cut')
  const cut = frames.flatMap((frame) => (frame.kind === 'cut' ? [frame.bytes] : []))
  expect(cut.length).toBeLessThanOrEqual(1)
  const bytesOf = (some: readonly Frame[]) =>
    Buffer.concat(some.flatMap((frame) => (frame.kind === 'output' ? [frame.bytes] : [])))
  if (at === -1) return { before: bytesOf(frames), cut: 0, after: Buffer.alloc(0) }
  return { before: bytesOf(frames.slice(0, at)), cut: cut[0] ?? 0, after: bytesOf(frames.slice(at)) }
}

/** Bytes of which every few tell where they are. */
function numbered(length: number): Buffer {
  const text = Array.from({ length: Math.ceil(length / 8) }, (_, i) => i.toString(36).padStart(8, '.')).join(
    '',
  )
  return Buffer.from(text).subarray(0, length)
}

/** Files may go while they are counted. */
function sizeOf(folder: string): number {
  const sizes = readdirSync(folder).map(
    (name) => statSync(path.join(folder, name), { throwIfNoEntry: false })?.size,
  )
  return sizes.reduce<number>((sum, size = 0) => sum + size, 0)
}

describe('a journal whose writer was killed', () => {
  it('is gone on with, and reads as one, wherever it was cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), { minLength: 1, maxLength: 12 }),
        fc.nat(),
        fc.nat({ max: 40 }),
        async (chunks, at, torn) => {
          const begun = chunks.slice(0, at % (chunks.length + 1))
          const left = await leftBehind(begun)
          tear(left, torn)

          const { journal, streams } = await resumeJournal(left, { quotaBytes: 1_000_000, now })
          const kept = streams?.get('stdout') ?? 0
          const all = Buffer.concat(chunks)
          expect(kept).toBeLessThanOrEqual(Buffer.concat(begun).length)
          await journal.append({ kind: 'notice', text: 'another has taken over' })
          await journal.append({ kind: 'output', stream: 'stdout', bytes: all.subarray(kept) })
          const outcome = await journal.outcome(done)

          const frames = await framesOf(left)
          const output = frames.flatMap((frame) => (frame.kind === 'output' ? [frame.bytes] : []))
          expect(Buffer.concat(output).equals(all)).toBe(true)
          expect(frames.some(({ kind }) => kind === 'cut')).toBe(false)
          expect(frames.map(({ cursor }) => cursor)).toEqual(frames.map((_, index) => index))
          expect(outcome.output).toMatchObject({ bytes: all.length, cut: 0, digest: await digestOf(left) })
        },
      ),
      { numRuns: 40 },
    )
  })

  it('does not know its place in the streams once the quota has cut', async () => {
    const folder = newFolder()
    const quotaBytes = 100_000
    const first = await openJournal(folder, { quotaBytes, now })
    for (let n = 0; n < 50; n += 1) {
      await first.append({ kind: 'output', stream: 'stdout', bytes: Buffer.alloc(20_000, 'x') })
    }
    await first.outcome(done)
    expect((await resumeJournal(folder, { quotaBytes, now })).streams).toBeUndefined()
  })
})

/** A journal as a writer leaves it that is killed after this output. */
async function leftBehind(output: readonly Uint8Array[]): Promise<string> {
  const folder = newFolder()
  const journal = await openJournal(folder, { quotaBytes: 1_000_000, now })
  for (const bytes of output) await journal.append({ kind: 'output', stream: 'stdout', bytes })
  await written(folder, Buffer.concat(output).length)
  const left = newFolder()
  cpSync(folder, left, { recursive: true })
  await journal.outcome(done)
  return left
}

/** Waits until so much output is in the folder: a journal joins what comes within a moment. */
async function written(folder: string, length: number): Promise<void> {
  for (;;) {
    const frames = await framesOf(folder)
    const seen = frames.reduce((sum, frame) => sum + (frame.kind === 'output' ? frame.bytes.length : 0), 0)
    if (seen >= length) return
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Cuts bytes off the newest segment, as a loss of power in the middle of a write might, but not its head. */
function tear(folder: string, bytes: number): void {
  const newest = readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .sort()
    .at(-1)
  if (newest === undefined) return
  const file = path.join(folder, newest)
  const text = readFileSync(file)
  const head = text.indexOf(0x0a) + 1
  truncateSync(file, Math.max(head, text.length - bytes))
}
