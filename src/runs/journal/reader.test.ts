import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import type { Frame } from '../frames.ts'
import { encodeFrame, encodeHead } from './codec.ts'
import { outcomeFile, segmentFile } from './folder.ts'
import { readFrames } from './reader.ts'

const root = mkdtempSync(path.join(tmpdir(), 'purser-reader-'))
afterAll(() => rmSync(root, { recursive: true }))
const newFolder = () => mkdtempSync(path.join(root, 'a-'))

const at = 5
const text = (cursor: number, value = `${cursor} `): Frame => ({
  cursor,
  at,
  kind: 'output',
  stream: 'stdout',
  bytes: Buffer.from(value),
})
const outcome = (cursor: number, bytes: number): Frame => ({
  cursor,
  at,
  kind: 'outcome',
  outcome: { end: 'exited', code: 0 },
  output: { bytes, cut: 0, digest: '' },
})

/** The lines of a segment, of frames that are two bytes of output each. */
function segment(first: number, frames: readonly Frame[], offset = 2 * first): Buffer {
  return Buffer.concat([encodeHead({ version: 1, cursor: first, at, offset }), ...frames.map(encodeFrame)])
}

function write(folder: string, number: number, lines: Uint8Array, form: 'raw' | 'packed' = 'raw'): void {
  const file = segmentFile(folder, number)
  if (form === 'raw') writeFileSync(file, lines)
  else writeFileSync(`${file}.gz`, gzipSync(lines))
}

async function read(folder: string): Promise<Frame[]> {
  const frames: Frame[] = []
  for await (const frame of readFrames(folder)) frames.push(frame)
  return frames
}

describe('a reader', () => {
  it('reads segments in either form, and one that is there in both once', async () => {
    const folder = newFolder()
    write(folder, 0, segment(0, [text(0)]), 'packed')
    write(folder, 1, segment(1, [text(1)]))
    write(folder, 1, segment(1, [text(1)]), 'packed')
    write(folder, 2, segment(2, [text(2)]))
    expect(await read(folder)).toEqual([text(0), text(1), text(2)])
  })

  it('is content with an empty folder', async () => {
    expect(await read(newFolder())).toEqual([])
  })

  it('passes over the torn line of a writer that was killed', async () => {
    const folder = newFolder()
    const lines = segment(0, [text(0), text(1)])
    for (let length = 0; length <= lines.length; length += 1) {
      write(folder, 0, lines.subarray(0, length))
      const whole = lines.subarray(0, length).toString().split('\n').length - 2
      expect(await read(folder)).toEqual([text(0), text(1)].slice(0, Math.max(0, whole)))
    }
  })

  it('tells what is missing in the middle and at the end', async () => {
    const folder = newFolder()
    write(folder, 0, segment(0, [text(0)]))
    write(folder, 7, segment(4, [text(4)]))
    writeFileSync(outcomeFile(folder), JSON.stringify(outcome(9, 16)))
    expect(await read(folder)).toEqual([
      text(0),
      { cursor: 3, at, kind: 'cut', bytes: 6 },
      text(4),
      { cursor: 8, at, kind: 'cut', bytes: 6 },
      outcome(9, 16),
    ])
  })

  it('takes what was damaged as missing, and goes on after it', async () => {
    const folder = newFolder()
    const damaged = segment(0, [text(0), text(1), text(2)])
      .toString()
      .replace('"1 "', '"1 ')
    write(folder, 0, Buffer.from(damaged))
    writeFileSync(`${segmentFile(folder, 1)}.zst`, 'no zstd')
    write(folder, 2, segment(4, [text(4)]))
    const frames = await read(folder)
    expect(frames).toEqual([text(0), { cursor: 3, at, kind: 'cut', bytes: 6 }, text(4)])
  })

  it('goes on in a segment that is compressed, cut or removed under its hands', async () => {
    const folder = newFolder()
    write(folder, 0, segment(0, [text(0)]))
    const following = readFrames(folder, { follow: true })
    expect((await following.next()).value).toEqual(text(0))

    // compressed: what was opened is read to its end, and not again
    writeFileSync(segmentFile(folder, 0), encodeFrame(text(1)), { flag: 'a' })
    write(folder, 0, readFileSync(segmentFile(folder, 0)), 'packed')
    rmSync(segmentFile(folder, 0))
    expect((await following.next()).value).toEqual(text(1))

    // removed before it was opened
    write(folder, 3, segment(4, [text(4)]))
    expect((await following.next()).value).toEqual({ cursor: 3, at, kind: 'cut', bytes: 4 })
    expect((await following.next()).value).toEqual(text(4))

    // removed while it is read
    writeFileSync(segmentFile(folder, 3), encodeFrame(text(5)), { flag: 'a' })
    rmSync(segmentFile(folder, 3))
    expect((await following.next()).value).toEqual(text(5))
    writeFileSync(outcomeFile(folder), JSON.stringify(outcome(6, 12)))
    expect((await following.next()).value).toEqual(outcome(6, 12))
    expect((await following.next()).done).toBe(true)
  })

  it('gives up a line that its writer took back because the disk was full', async () => {
    const folder = newFolder()
    write(folder, 0, segment(0, [text(0)]))
    const following = readFrames(folder, { follow: true })
    expect((await following.next()).value).toEqual(text(0))
    const next = following.next()
    const size = readFileSync(segmentFile(folder, 0)).length
    writeFileSync(segmentFile(folder, 0), '{"cursor":1,"at', { flag: 'a' })
    await new Promise((resolve) => setTimeout(resolve, 20))
    truncateSync(segmentFile(folder, 0), size)
    write(folder, 1, segment(2, [text(2)]))
    expect((await next).value).toEqual({ cursor: 1, at, kind: 'cut', bytes: 2 })
    expect((await following.next()).value).toEqual(text(2))
    await following.return()
  })

  it('waits for a journal that has not begun', async () => {
    const folder = newFolder()
    const first = readFrames(folder, { follow: true }).next()
    mkdirSync(path.join(folder, 'other'))
    const draft = path.join(folder, 'draft')
    writeFileSync(draft, segment(0, [text(0)]))
    renameSync(draft, segmentFile(folder, 0))
    expect((await first).value).toEqual(text(0))
  })

  it('ends when it is told to', async () => {
    const folder = newFolder()
    write(folder, 0, segment(0, [text(0)]))
    const controller = new AbortController()
    const following = readFrames(folder, { follow: true, signal: controller.signal })
    expect((await following.next()).value).toEqual(text(0))
    const next = following.next()
    controller.abort()
    expect((await next).done).toBe(true)
    expect((await readFrames(folder, { follow: true, signal: AbortSignal.abort() }).next()).done).toBe(true)
  })
})
