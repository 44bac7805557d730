import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecordSieve } from './record-sieve.ts'

const mark = 'a1b2'
const opening = `\u001e${mark} `
const recordOf = (json: string) => Buffer.from(`${opening}${json}\u001f`)

/** What a sieve makes of these chunks: all output in one piece, and the records, each with where it stood in it. */
function sift(chunks: readonly Uint8Array[]) {
  const sieve = new RecordSieve(mark)
  const output: Uint8Array[] = []
  const records: (readonly [at: number, record: string])[] = []
  const length = () => output.reduce((sum, { length }) => sum + length, 0)
  for (const chunk of chunks) {
    for (const sifted of sieve.sift(chunk)) {
      if ('record' in sifted) records.push([length(), sifted.record])
      else output.push(Buffer.from(sifted.output))
    }
  }
  output.push(sieve.rest())
  return { output: Buffer.concat(output), records }
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  let at = 0
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return [...chunks, bytes.subarray(at)]
}

/** Text of the characters that records are made of, but with none in it. */
const almost = fc
  .string({ unit: fc.constantFrom('\u001e', '\u001f', ' ', '\n', ...mark), maxLength: 40 })
  .filter((text) => !text.includes(opening))
const text = fc.oneof(almost, fc.constant(opening.slice(0, -1)), fc.string({ unit: 'binary', maxLength: 20 }))
const json = fc.json({ maxDepth: 1 }).filter((value) => value.length < 3_000)

it('takes records out wherever output is cut, and loses and moves nothing of the rest', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(text, json), { maxLength: 8 }),
      text,
      fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 200 }),
      (pieces, last, sizes) => {
        const printed = Buffer.concat([
          ...pieces.flatMap(([before, record]) => [Buffer.from(before), recordOf(record)]),
          Buffer.from(last),
        ])
        const { output, records } = sift(cut(printed, sizes))
        let at = 0
        const expected = pieces.map(([before, record]) => {
          at += Buffer.byteLength(before)
          return [at, record]
        })
        expect(records).toEqual(expected)
        expect(output.toString()).toBe([...pieces.map(([before]) => before), last].join(''))
      },
    ),
    { numRuns: 500 },
  )
})

describe('what only looks like a record is output', () => {
  const endless = opening + 'x'.repeat(5_000)
  it.each([
    ['one without an end', `${opening}{"kind":`],
    ['one without an end, longer than any', endless],
    ['one that is longer than any', `${endless}\u001f`],
    ['one with another mark', `\u001ea1b3 {}\u001f`],
    ['a mark without its space', `\u001ea1b2{}\u001f`],
    ['an end alone', '\u001f'],
    ['beginnings in a row', '\u001e\u001e\u001ea1\u001e'],
  ])('%s', (_name, printed) => {
    for (const chunks of [[printed], [...printed]]) {
      const { output, records } = sift(chunks.map((chunk) => Buffer.from(chunk)))
      expect(records).toEqual([])
      expect(output.toString()).toBe(printed)
    }
  })

  it('and a true one behind it is one', () => {
    const { output, records } = sift([Buffer.from(`${endless}\u001f`), recordOf('{}'), Buffer.from('end')])
    expect(output.toString()).toBe(`${endless}\u001fend`)
    expect(records).toEqual([[endless.length + 1, '{}']])
  })
})

it('the longest record that a pipe takes whole is one', () => {
  const longest = 'x'.repeat(4_096 - opening.length - 1)
  for (const record of [recordOf(longest)]) {
    expect(sift([record]).records).toEqual([[0, longest]])
    expect(sift(cut(record, [1, 4_094])).records).toEqual([[0, longest]])
  }
})

it('one may end with its line', () => {
  const { output, records } = sift([Buffer.from(`before${opening}{"a":"\\n"}\n\nbehind`)])
  expect([output.toString(), records]).toEqual(['before\nbehind', [[6, '{"a":"\\n"}']]])
})

it('output that has no record in it is passed on at once', () => {
  const sieve = new RecordSieve(mark)
  expect([...sieve.sift(Buffer.from('to be seen now'))]).toHaveLength(1)
})
