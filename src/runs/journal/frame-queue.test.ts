import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Frame, Stream } from '../frames.ts'
import { decodeFrame } from './codec.ts'
import { FrameQueue } from './frame-queue.ts'

const frameBytes = 64

describe('a frame queue', () => {
  it('joins many small chunks, splits a large one, and leaves characters whole', () => {
    const queue = new FrameQueue(frameBytes)
    for (const byte of Buffer.from('ünï '.repeat(10))) queue.addOutput('stdout', Buffer.of(byte), 1)
    queue.addOutput('stdout', Buffer.from('€'.repeat(50)), 2)
    queue.close()
    const frames = taken(queue)
    expect(frames).toHaveLength(4)
    const lines = queue.take(0)
    expect(lines).toBeUndefined()
    for (const frame of frames) {
      const bytes = frame.kind === 'output' ? Buffer.from(frame.bytes) : Buffer.alloc(0)
      expect(bytes.equals(Buffer.from(bytes.toString()))).toBe(true)
    }
  })

  it('keeps order and loses nothing, whatever comes', () => {
    const chunk = fc.record({
      stream: fc.constantFrom<Stream | 'notice'>('stdout', 'stderr', 'notice'),
      bytes: fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
      ),
      close: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(chunk), (chunks) => {
        const queue = new FrameQueue(frameBytes)
        for (const { stream, bytes, close } of chunks) {
          if (stream === 'notice') queue.add({ kind: 'notice', text: 'here' }, 1)
          else queue.addOutput(stream, bytes, 1)
          if (close) queue.close()
        }
        queue.close()
        const waiting = queue.bytes
        const frames = taken(queue)
        expect(frames.map(({ cursor }) => cursor)).toEqual(frames.map((_, i) => i))
        expect(told(frames)).toEqual(told(chunks.map(({ stream, bytes }) => asFrame(stream, bytes))))
        for (const frame of frames)
          if (frame.kind === 'output') expect(frame.bytes.length).toBeLessThanOrEqual(frameBytes)
        expect(waiting === 0).toBe(frames.length === 0)
        expect(queue.bytes).toBe(0)
      }),
    )
  })

  it('hands out as many lines as fit, but at least one', () => {
    const queue = new FrameQueue(frameBytes)
    const text = 'x'.repeat(100)
    for (let i = 0; i < 5; i += 1) queue.add({ kind: 'notice', text }, 1)
    expect(queue.take(1)?.lines).toHaveLength(1)
    expect(queue.take(400)).toMatchObject({ cursor: 1, output: 0 })
    expect(queue.take(1_000)).toMatchObject({ cursor: 3 })
    expect(queue.take(1_000)).toBeUndefined()
  })
})

function taken(queue: FrameQueue): Frame[] {
  const frames: Frame[] = []
  for (let batch = queue.take(100); batch !== undefined; batch = queue.take(100)) {
    frames.push(...batch.lines.flatMap((line) => decodeFrame(line.toString()) ?? []))
  }
  return frames
}

function asFrame(stream: Stream | 'notice', bytes: Uint8Array): Frame {
  const place = { cursor: 0, at: 1 }
  return stream === 'notice'
    ? { ...place, kind: 'notice', text: 'here' }
    : { ...place, kind: 'output', stream, bytes }
}

/** What a reader gets to know, however it was cut into frames. */
function told(frames: readonly Frame[]): string[] {
  const all: { what: string; bytes: Buffer }[] = []
  for (const frame of frames) {
    const what = frame.kind === 'output' ? frame.stream : frame.kind
    const bytes = frame.kind === 'output' ? Buffer.from(frame.bytes) : Buffer.alloc(0)
    const last = all.at(-1)
    if (frame.kind === 'output' && bytes.length === 0) continue
    if (last?.what === what && frame.kind === 'output') last.bytes = Buffer.concat([last.bytes, bytes])
    else all.push({ what, bytes })
  }
  return all.map(({ what, bytes }) => `${what} ${bytes.toString('hex')}`)
}
