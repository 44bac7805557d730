import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formsOf } from './forms.ts'
import { createRedactor, type Redactor } from './redactor.ts'
import type { Secret } from './secrets.ts'

const one = createRedactor([{ name: 'DB_PASSWORD', value: 'hunter2!x' }])

describe('a redactor', () => {
  it.each([
    ['login hunter2!x ok', 'login [redacted DB_PASSWORD] ok'],
    ['hunter2!xhunter2!x', '[redacted DB_PASSWORD][redacted DB_PASSWORD]'],
    ['aHVudGVyMiF4', '[redacted DB_PASSWORD]'],
    [`Basic ${btoa('app:hunter2!x')}`, 'Basic YXBwOm[redacted DB_PASSWORD]'],
    ['68756e746572322178', '[redacted DB_PASSWORD]'],
    ['?p=hunter2%21x&', '?p=[redacted DB_PASSWORD]&'],
    ['hunter2', 'hunter2'],
    ['', ''],
  ])('makes of %j %j', (text, expected) => {
    expect(one.text(text)).toBe(expected)
  })

  it('hides secrets that overlap behind one mark', () => {
    const both = createRedactor([
      { name: 'A', value: 'abcdefgh' },
      { name: 'B', value: 'efghijkl' },
      { name: 'C', value: 'fghijk' },
    ])
    expect(both.text('.abcdefghijkl.')).toBe('.[redacted A].')
    expect(both.text('.efghijkl.')).toBe('.[redacted B].')
    expect(both.text('.efghijk.')).toBe('.e[redacted C].')
  })

  it('shows no beginning of a secret because another stands in it', () => {
    const stream = createRedactor([
      { name: 'OUTER', value: 'begin-inner1-end' },
      { name: 'INNER', value: 'inner1' },
    ]).stream()
    expect(shown(stream.write(Buffer.from('begin-inner1-e')))).toBe('')
    expect(shown(stream.write(Buffer.from('nd')))).toBe('[redacted OUTER]')
    expect(shown(stream.write(Buffer.from('begin-inner1-e')))).toBe('')
    expect(shown(stream.end())).toBe('begin-[redacted INNER]-e')
  })

  it('redacts keys, values and numbers of JSON at any depth, and nothing else', () => {
    const redactor = createRedactor([{ name: 'PIN', value: '123456' }])
    const value = { a: [1, 123456, null, true, { 'k-123456': 'v 123456' }], b: 'open', c: -0 }
    expect(redactor.json(value)).toEqual({
      a: [1, '[redacted PIN]', null, true, { 'k-[redacted PIN]': 'v [redacted PIN]' }],
      b: 'open',
      c: -0,
    })
  })

  it('lists what it cannot hide by name, and says no name that is a secret itself', () => {
    const redactor = createRedactor([
      { name: 'SHORT', value: 'abc' },
      { name: 'SHORT', value: 'de' },
      { name: 'WORD', value: 'postgres' },
      { name: 'EMPTY', value: '' },
      { name: 'topsecret', value: 'topsecret' },
      { name: 'odd name]', value: 'something' },
    ])
    expect(redactor.tooShort).toEqual(['SHORT', 'WORD'])
    expect(redactor.text('postgres abc topsecret something')).toBe(
      'postgres abc [redacted] [redacted odd_name_]',
    )
  })

  it('hands bytes through untouched when there is nothing to hide', () => {
    const chunk = Buffer.from('anything')
    const stream = createRedactor([]).stream()
    expect(stream.write(chunk)).toBe(chunk)
    expect(stream.end()).toHaveLength(0)
  })

  it('keeps back nothing but what may become a secret', () => {
    const stream = one.stream()
    expect(shown(stream.write(Buffer.from('Password: ')))).toBe('Password: ')
    expect(shown(stream.write(Buffer.from('see hunter')))).toBe('see ')
    expect(shown(stream.write(Buffer.from('s ')))).toBe('hunters ')
    expect(shown(stream.write(Buffer.from('hunter2!')))).toBe('')
    expect(shown(stream.write(Buffer.from('x')))).toBe('[redacted DB_PASSWORD]')
    expect(shown(stream.write(Buffer.from('hu')))).toBe('')
    expect(shown(stream.end())).toBe('hu')
  })
})

// Few letters and short lengths, so that secrets overlap, repeat, and contain and begin one another.
const dense = fc.string({ unit: fc.constantFrom('a', 'b', '+'), minLength: 6, maxLength: 9 })
const real = fc
  .string({ unit: 'grapheme', minLength: 6, maxLength: 30 })
  .filter((value) => !/[[\]]/.test(value))
const secretsOf = (value: fc.Arbitrary<string>) =>
  fc
    .array(value, { minLength: 1, maxLength: 5 })
    .map((values): Secret[] => values.map((hidden, i) => ({ name: `${i}`, value: hidden })))

/** A value, and pieces of it. */
const nested = fc
  .tuple(
    fc.base64String({ minLength: 16, maxLength: 20 }),
    fc.array(fc.nat(8), { minLength: 1, maxLength: 3 }),
  )
  .map(([value, cuts]): Secret[] => {
    const values = [value, ...cuts.map((cut) => value.slice(cut, cut + 7))]
    return values.map((hidden, i) => ({ name: `${i}`, value: hidden }))
  })

/** Secrets, and bytes made of their forms, beginnings of these, and anything. */
const cases = fc.oneof(secretsOf(dense), secretsOf(real), nested).chain((secrets) => {
  const form = fc
    .constantFrom(...secrets.flatMap(({ value }) => formsOf(value)))
    .map((text) => Buffer.from(text))
  const part = fc.tuple(form, fc.nat(40)).map(([bytes, length]) => bytes.subarray(0, length))
  const letters = fc
    .string({ unit: fc.constantFrom('a', 'b', '+'), maxLength: 4 })
    .map((text) => Buffer.from(text))
  const anything = fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes))
  const bytes = fc
    .array(fc.oneof(form, part, letters, anything), { maxLength: 12 })
    .map((all) => Buffer.concat(all))
  return fc.record({ secrets: fc.constant(secrets), bytes, cuts: fc.array(fc.nat(200), { maxLength: 12 }) })
})

describe('for any secrets, bytes and chunks', () => {
  it('a stream shows what a plain search and merge would show', () => {
    fc.assert(
      fc.property(cases, ({ secrets, bytes, cuts }) => {
        const expected = naive(secrets, bytes)
        expect(throughStream(createRedactor(secrets), [bytes])).toEqual(expected)
        expect(throughStream(createRedactor(secrets), chunksOf(bytes, cuts))).toEqual(expected)
        expect(
          throughStream(
            createRedactor(secrets),
            [...bytes].map((byte) => Buffer.of(byte)),
          ),
        ).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })

  it('no form of a secret is left, and redacting again changes nothing', () => {
    fc.assert(
      fc.property(cases, ({ secrets, bytes }) => {
        const redactor = createRedactor(secrets)
        const shownBytes = throughStream(redactor, [bytes])
        for (const form of secrets.flatMap(({ value }) => formsOf(value)))
          expect(shownBytes.includes(form)).toBe(false)
        expect(throughStream(redactor, [shownBytes])).toEqual(shownBytes)
      }),
      { numRuns: 500 },
    )
  })

  it('text and stream agree', () => {
    fc.assert(
      fc.property(cases, ({ secrets, bytes }) => {
        const text = bytes.toString()
        const redactor = createRedactor(secrets)
        expect(redactor.text(text)).toBe(throughStream(redactor, [Buffer.from(text)]).toString())
      }),
    )
  })

  it('less than the longest form is kept back', () => {
    fc.assert(
      fc.property(cases, ({ secrets, bytes, cuts }) => {
        const longest = Math.max(
          ...secrets.flatMap(({ value }) => formsOf(value).map((form) => Buffer.byteLength(form))),
        )
        const stream = createRedactor(secrets).stream()
        for (const chunk of chunksOf(bytes, cuts)) stream.write(chunk)
        const bare = Buffer.from(stream.end())
          .toString('latin1')
          .replace(/\[redacted \d\]/g, '')
        expect(bare.length).toBeLessThan(longest)
      }),
    )
  })
})

/** The same by brute force: every place of every form, merged where they overlap. */
function naive(secrets: readonly Secret[], bytes: Buffer): Buffer {
  const places = secrets.flatMap(({ name, value }) =>
    formsOf(value).flatMap((form) => {
      const found: { name: string; start: number; end: number }[] = []
      for (let start = bytes.indexOf(form); start !== -1; start = bytes.indexOf(form, start + 1))
        found.push({ name, start, end: start + Buffer.byteLength(form) })
      return found
    }),
  )
  places.sort((a, b) => a.start - b.start || b.end - a.end || Number(a.name) - Number(b.name))
  const parts: Buffer[] = []
  let end = 0
  for (const place of places) {
    if (place.start >= end)
      parts.push(bytes.subarray(end, place.start), Buffer.from(`[redacted ${place.name}]`))
    end = Math.max(end, place.end)
  }
  return Buffer.concat([...parts, bytes.subarray(end)])
}

function throughStream(redactor: Redactor, chunks: readonly Uint8Array[]): Buffer {
  const stream = redactor.stream()
  return Buffer.concat([...chunks.map((chunk) => stream.write(chunk)), stream.end()])
}

function chunksOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.filter((cut) => cut <= bytes.length), bytes.length].sort((a, b) => a - b)
  return places.slice(1).map((place, i) => bytes.subarray(places[i], place))
}

function shown(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}
