import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { code, markdown, plain, tableOf, uncommented } from './escape.ts'

describe('plain text', () => {
  it.each([
    ['red \u001b[31malarm', 'red  [31malarm'],
    ['two\r\nlines', 'two lines'],
    // turns the order of letters
    ['user\u202Etxt.exe', 'user txt.exe'],
    ['para\u2029graph', 'para graph'],
  ])('of %j is %j', (text, shown) => expect(plain(text)).toBe(shown))
})

describe('a statement without the comments before it', () => {
  it.each([
    ['-- migrate:up\n\n/* first\nof all */ select 1 -- one', 'select 1 -- one'],
    ['-- nothing else', '-- nothing else'],
    ['/* not closed', '/* not closed'],
  ])('of %j is %j', (text, shown) => expect(uncommented(text)).toBe(shown))
})

describe('markdown', () => {
  it.each([
    ['a | b', 'a \\| b'],
    ['<img src=x onerror=y>', '&lt;img src=x onerror=y&gt;'],
    ['**no** [link](x) `code`', '\\*\\*no\\*\\* \\[link\\]\\(x\\) \\`code\\`'],
    ['@everybody', '&#64;everybody'],
    ['a & b', 'a &amp; b'],
  ])('of %j is %j', (text, shown) => expect(markdown(text)).toBe(shown))

  it('stays in its cell, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (one, other) => {
        const [, , row = ''] = tableOf(['a', 'b'], [[markdown(one), code(other)]])
        expect(row).not.toMatch(/\p{Cc}/u)
        // a pipe ends a cell unless a backslash stands before it
        expect(row.match(/(?<!\\)(?:\\\\)*\|/g)).toHaveLength(3)
      }),
    )
  })
})

describe('code', () => {
  it.each([
    ['public.users', '`public.users`'],
    ['a`b', '``a`b``'],
    ['`', '`` ` ``'],
    ['a|b', '`a\\|b`'],
    ['a\\|b', '<code>a&#92;&#124;b</code>'],
    ['', ''],
  ])('of %j is %j', (text, shown) => expect(code(text)).toBe(shown))

  it('is cut where it is long', () => expect(code('x'.repeat(300), 10)).toBe(`\`${'x'.repeat(9)}…\``))
})
