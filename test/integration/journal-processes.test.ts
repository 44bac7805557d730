import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, it } from 'vitest'
import type { Frame } from '../../src/runs/frames.ts'
import { digestOf } from '../../src/runs/journal/digest.ts'
import type { OutcomeFrame } from '../../src/runs/journal/outcome-file.ts'
import { readFrames } from '../../src/runs/journal/reader.ts'
import { numberedLines } from './journal/text.ts'

const root = mkdtempSync(path.join(tmpdir(), 'purser-journal-'))
afterAll(() => rmSync(root, { recursive: true }))
const newFolder = () => mkdtempSync(path.join(root, 'a-'))

describe('a journal that another process writes', () => {
  it('is followed from its first frame to its outcome, with nothing missing', async () => {
    const folder = newFolder()
    const lines = 100_000
    const [slow, quick] = [follow(folder, 5), follow(folder)]
    const writer = start('write-lines.ts', folder, '100000000', `${lines}`)
    const frames = await quick
    expect(bytesOf(frames).equals(numberedLines(0, lines))).toBe(true)
    expect(bytesOf(await slow).equals(numberedLines(0, lines))).toBe(true)
    expect(frames.map(({ cursor }) => cursor)).toEqual(frames.map((_, i) => i))
    expect(frames[0]).toMatchObject({ kind: 'started', pid: writer.child.pid })
    expect(frames.at(-1)).toMatchObject({
      kind: 'outcome',
      output: { cut: 0, digest: await digestOf(folder) },
    })
    expect(await writer.output).toBe('')
  })

  it('is followed while its middle is cut, by the fast and the slow', async () => {
    const folder = newFolder()
    const following = [follow(folder), follow(folder, 2), follow(folder, 20)]
    const writer = start('write-lines.ts', folder, '1000000', '100000')
    await writer.output
    for (const frames of [...(await Promise.all(following)), await follow(folder)]) {
      const outcome = frames.at(-1)
      const cut = frames.reduce((sum, frame) => sum + (frame.kind === 'cut' ? frame.bytes : 0), 0)
      expect(outcome).toMatchObject({ kind: 'outcome', output: { bytes: bytesOf(frames).length + cut } })
      const parts = frames.map((frame) => (frame.kind === 'cut' ? 'cut' : frame.kind === 'output' ? 'o' : ''))
      for (const part of partsBetween(frames)) expect(numberedAll.includes(part)).toBe(true)
      expect(parts.join('')).not.toContain('cutcut')
    }
  })

  it('is whole up to where its writer was killed, and closed once by however many find it', async () => {
    for (let round = 0; round < 8; round += 1) {
      const folder = newFolder()
      const following = follow(folder)
      const writer = start('write-lines.ts', folder, round % 3 === 0 ? '400000' : '100000000', 'Infinity')
      await firstFrame(folder)
      await new Promise((resolve) => setTimeout(resolve, (round * 37) % 200))
      writer.child.kill('SIGKILL')
      await once(writer.child, 'exit')

      const closers = Array.from({ length: 4 }, () => start('close.ts', folder))
      const said = await Promise.all(closers.map(({ output }) => output))
      expect(new Set(said)).toHaveLength(1)
      const outcome: OutcomeFrame = JSON.parse(said[0] ?? '')
      expect(outcome.output.digest).toBe(await digestOf(folder))

      const frames = await follow(folder)
      expect(frames.at(-1)).toEqual(outcome)
      expect((await following).at(-1)).toEqual(outcome)
      for (const part of partsBetween(frames)) expect(numberedAll.includes(part)).toBe(true)
      const cut = frames.reduce((sum, frame) => sum + (frame.kind === 'cut' ? frame.bytes : 0), 0)
      expect(outcome.output).toMatchObject({ bytes: bytesOf(frames).length + cut, cut })
    }
  })
})

const numberedAll = numberedLines(0, 400_000)

function start(program: string, ...args: readonly string[]) {
  const file = path.join(import.meta.dirname, 'journal', program)
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  return { child, output: text(child.stdout) }
}

/** All frames to the outcome, with a pause in milliseconds after each. */
async function follow(folder: string, pauseMs = 0): Promise<Frame[]> {
  const frames: Frame[] = []
  for await (const frame of readFrames(folder, { follow: true })) {
    frames.push(frame)
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  return frames
}

async function firstFrame(folder: string): Promise<void> {
  for await (const _ of readFrames(folder, { follow: true })) return
}

function bytesOf(frames: readonly Frame[]): Buffer {
  return Buffer.concat(frames.flatMap((frame) => (frame.kind === 'output' ? [frame.bytes] : [])))
}

/** The output between one cut and the next. */
function partsBetween(frames: readonly Frame[]): Buffer[] {
  const parts: Frame[][] = [[]]
  for (const frame of frames) {
    if (frame.kind === 'cut') parts.push([])
    else parts.at(-1)?.push(frame)
  }
  return parts.map(bytesOf)
}
