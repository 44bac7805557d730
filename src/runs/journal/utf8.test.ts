import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wholeCharacters } from './utf8.ts'

describe('wholeCharacters', () => {
  it('leaves a character that is broken off for the next piece, and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.nat(100), (text, cut) => {
        const all = Buffer.from(text.toWellFormed())
        const bytes = all.subarray(0, Math.min(cut, all.length))
        const whole = wholeCharacters(bytes)
        expect(isUtf8(bytes.subarray(0, whole))).toBe(true)
        expect(whole === bytes.length || !isUtf8(bytes)).toBe(true)
      }),
    )
  })

  it.each([
    [[], 0],
    [[0x61], 1],
    [[0x61, 0xff], 2],
    [[0x80, 0x80, 0x80, 0x80], 4],
    [[0x61, 0xf0, 0x9f, 0x98], 1],
    [[0xf0, 0x9f, 0x98, 0x80], 4],
  ])('of %j are %i', (bytes, whole) => {
    expect(wholeCharacters(Uint8Array.from(bytes))).toBe(whole)
  })
})
