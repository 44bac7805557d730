import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { finish, keyedDigest, newComparisonKey } from './keyed.ts'

describe('a keyed digest', () => {
  it('is HMAC-SHA256 of a value and a line end, made in one piece or in two halves', () => {
    const key = newComparisonKey()
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (value) => {
        const plain = Buffer.from(key.block).map((byte) => byte ^ 0x36)
        const hmac = createHmac('sha256', plain).update(`${value}\n`).digest('hex')
        const inner = createHash('sha256').update(key.block).update(`${value}\n`).digest('hex')
        expect(keyedDigest(key, value)).toBe(hmac)
        expect(finish(key, inner)).toBe(hmac)
      }),
    )
  })

  it('is another under another key', () => {
    expect(keyedDigest(newComparisonKey(), 'same')).not.toBe(keyedDigest(newComparisonKey(), 'same'))
  })

  it('has a key of 64 letters and digits', () => {
    expect(newComparisonKey().block).toMatch(/^[A-Za-z0-9]{64}$/)
  })
})
