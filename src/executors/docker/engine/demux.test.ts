import { Readable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { demultiplex, type OutputChunk } from './demux.ts'

type Stream = OutputChunk['stream']

function frame(stream: Stream, bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream === 'stdout' ? 1 : 2
  header.writeUInt32BE(bytes.length, 4)
  return Buffer.concat([header, bytes])
}

/** Cut at these places, each a part of the whole length. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => Math.floor(place * bytes.length)), bytes.length].sort(
    (a, b) => a - b,
  )
  return ends
    .map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
    .filter(({ length }) => length > 0)
}

async function read(chunks: readonly Buffer[]): Promise<Record<Stream, Buffer>> {
  const seen = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] }
  for await (const { stream, bytes } of demultiplex(Readable.from(chunks))) seen[stream].push(bytes)
  return { stdout: Buffer.concat(seen.stdout), stderr: Buffer.concat(seen.stderr) }
}

const frames = fc.array(
  fc.record({ stream: fc.constantFrom<Stream>('stdout', 'stderr'), bytes: fc.uint8Array({ maxLength: 40 }) }),
)
const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }))

describe('the engine’s output', () => {
  it('is the same however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(frames, places, async (frames, places) => {
        const whole = Buffer.concat(frames.map(({ stream, bytes }) => frame(stream, bytes)))
        const expected = (wanted: Stream) =>
          Buffer.concat(frames.filter(({ stream }) => stream === wanted).map(({ bytes }) => bytes))
        expect(await read(cut(whole, places))).toEqual({
          stdout: expected('stdout'),
          stderr: expected('stderr'),
        })
      }),
    )
  })

  it('that ends within a frame says so, after what there was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(46), async (bytes, at) => {
        const torn = frame('stdout', bytes).subarray(0, 1 + (at % (bytes.length + 7)))
        const seen: Uint8Array[] = []
        const reading = async () => {
          for await (const chunk of demultiplex(Readable.from([torn]))) seen.push(chunk.bytes)
        }
        await expect(reading()).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' })
        expect(Buffer.concat(seen)).toEqual(Buffer.from(torn.subarray(8)))
      }),
    )
  })

  it('is handed on before the rest of its frame has come', async () => {
    const source = new Readable({ read() {} })
    const output = demultiplex(source)
    source.push(frame('stderr', Buffer.from('whole')).subarray(0, 10))
    expect((await output.next()).value).toEqual({ stream: 'stderr', bytes: Buffer.from('wh') })
    source.push('ole')
    expect((await output.next()).value).toEqual({ stream: 'stderr', bytes: Buffer.from('ole') })
    source.push(null)
    expect((await output.next()).done).toBe(true)
  })

  it.each(['a terminal\r\n', '\u0003\0\0\0\0\0\0\u0001x', '\u0001\0\u0001\0\0\0\0\u0001x'])(
    'that is no frames is our mistake: %j',
    async (text) => {
      await expect(read([Buffer.from(text)])).rejects.toThrow('which is no frame')
    },
  )

  it('is given up with its source', async () => {
    const source = Readable.from([frame('stdout', Buffer.from('one')), frame('stdout', Buffer.from('two'))])
    for await (const _ of demultiplex(source)) break
    expect(source.destroyed).toBe(true)
  })
})
