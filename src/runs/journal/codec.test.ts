import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Frame } from '../frames.ts'
import { decodeFrame, encodeFrame } from './codec.ts'

const output = (bytes: Uint8Array): Frame => ({
  cursor: 7,
  at: 1_700_000_000_000,
  kind: 'output',
  stream: 'stderr',
  bytes,
})
const kept = (bytes: Uint8Array) => JSON.parse(encodeFrame(output(bytes)).toString())

describe('the codec', () => {
  it('brings any bytes back as they were', () => {
    const text = fc.string({ unit: 'binary' }).map((value) => Buffer.from(value))
    const anything = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
    fc.assert(
      fc.property(fc.oneof(text, anything), (bytes) => {
        expect(decodeFrame(encodeFrame(output(bytes)).toString())).toEqual(output(bytes))
      }),
    )
  })

  it('writes one line, whatever is in it', () => {
    const line = encodeFrame(output(Buffer.from('a\nb\r\n\u2028\ufeff"\\\0')))
    expect(line.indexOf('\n')).toBe(line.length - 1)
  })

  it('keeps text readable, and what would only swell as text as base64', () => {
    expect(kept(Buffer.from('grüße\n'))).toMatchObject({ text: 'grüße\n' })
    expect(kept(Buffer.from([0xc3]))).toMatchObject({ base64: 'ww==' })
    expect(encodeFrame(output(Buffer.alloc(60_000))).length).toBeLessThan(90_000)
  })

  it.each<Frame>([
    { cursor: 0, at: 1, kind: 'started', pid: 12, containment: 'exact' },
    { cursor: 1, at: 1, kind: 'progress', done: 3, total: 10, label: 'rows' },
    { cursor: 2, at: 1, kind: 'notice', text: 'ä\n' },
    {
      cursor: 3,
      at: 1,
      kind: 'outcome',
      outcome: { end: 'exited', code: 0 },
      output: { bytes: 1, cut: 0, digest: 'ab' },
    },
  ])('brings back a frame of kind $kind', (frame) => {
    expect(decodeFrame(encodeFrame(frame).toString())).toEqual(frame)
  })
})
