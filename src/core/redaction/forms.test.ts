import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formsOf, isTooPlain } from './forms.ts'

const value = fc.string({ unit: 'grapheme', minLength: 6, maxLength: 40 })

describe('formsOf', () => {
  it('knows how each world writes a value down', () => {
    expect(formsOf('pä$s /"x')).toEqual(
      expect.arrayContaining([
        'pä$s /"x',
        'p%C3%A4%24s%20%2F%22x', // encodeURIComponent
        'p%c3%a4%24s%20%2f%22x',
        'p%C3%A4%24s+%2F%22x', // forms
        'pä$s /\\"x', // JSON
        'p\\u00e4$s /\\"x', // Python's JSON
        'p\\u00e4$s \\/\\"x', // PHP's
        '70c3a42473202f2278',
        '70C3A42473202F2278',
        'cMOkJHMgLyJ4',
      ]),
    )
    expect(formsOf('a&b<c>d')).toContain('a\\u0026b\\u003cc\\u003ed') // Go's JSON
    expect(formsOf('>>>???>>>???')).toEqual(expect.arrayContaining(['Pj4+Pz8/Pj4+Pz8/', 'Pj4-Pz8_Pj4-Pz8_']))
  })

  it('finds a value at every place of a longer base64 text, and leaves none of its bytes whole beside it', () => {
    fc.assert(
      fc.property(
        value,
        fc.uint8Array({ maxLength: 9 }),
        fc.uint8Array({ maxLength: 9 }),
        (secret, before, after) => {
          for (const encoding of ['base64', 'base64url'] as const) {
            const text = Buffer.concat([before, Buffer.from(secret), after]).toString(encoding)
            const form = formsOf(secret)
              .sort((a, b) => b.length - a.length)
              .find((candidate) => text.includes(candidate))
            const at = text.indexOf(form ?? 'nowhere')
            expect(at).toBeGreaterThanOrEqual(0)
            expect(Math.floor((at * 6) / 8)).toBeLessThanOrEqual(before.length)
            const hiddenBits = (at + (form ?? '').replace(/=+$/, '').length) * 6
            const allBits = (before.length + Buffer.byteLength(secret) + after.length) * 8
            expect(Math.floor((allBits - hiddenBits) / 8)).toBeLessThanOrEqual(after.length)
          }
        },
      ),
    )
  })

  it('never gives a form so short that other text is taken for it', () => {
    fc.assert(
      fc.property(value, (secret) => {
        for (const form of formsOf(secret)) expect(form.length).toBeGreaterThanOrEqual(6)
      }),
    )
  })

  it('takes the lines of a key, also of one that was written in one line, but not its armour', () => {
    const lines = [
      '-----BEGIN PRIVATE KEY-----',
      'MIIEvQIBADANBgkqhkiG9w0',
      'short',
      '-----END PRIVATE KEY-----',
    ]
    for (const separator of ['\n', '\r\n', '\\n']) {
      const forms = formsOf(lines.join(separator))
      expect(forms).toContain('MIIEvQIBADANBgkqhkiG9w0')
      expect(forms).toContain(Buffer.from('MIIEvQIBADANBgkqhkiG9w0').toString('hex'))
      expect(forms).not.toContain('short')
      expect(forms).not.toContain('-----BEGIN PRIVATE KEY-----')
    }
  })
})

describe('isTooPlain', () => {
  it.each([
    '',
    'x',
    'admin',
    'true',
    '12345',
    'postgres',
    'Password',
    'development',
    'redacted',
    '[redacted]',
  ])('leaves "%s"', (plain) => {
    expect(isTooPlain(plain)).toBe(true)
  })

  it.each(['123456', 'hunter2', 'пар', 'postgres1', 'passwords'])('hides "%s"', (secret) => {
    expect(isTooPlain(secret)).toBe(false)
  })
})
