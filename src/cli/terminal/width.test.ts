import { describe, expect, it } from 'vitest'
import { columnsOf, cutTo, widthOf, wrapTo } from './width.ts'

const red = (text: string) => `\u001b[31m${text}\u001b[39m`

it.each([
  ['Zürich', 6],
  [red('Zürich'), 6],
  ['東京', 4],
  ['👩‍🚀', 2],
  ['e\u0301', 1],
  ['✔ pass → …', 10],
])('%j takes %i columns', (text, columns) => expect(widthOf(text)).toBe(columns))

describe('a text that is cut', () => {
  it.each([
    ['short', 5, 'short'],
    ['longer', 5, 'long…'],
    ['東京都', 5, '東京…'],
    ['東京都', 4, '東…'],
    [red('longer'), 5, red('long…')],
  ])('%j to %i columns is %j', (text, columns, expected) => expect(cutTo(text, columns)).toBe(expected))
})

describe('a text that is wrapped', () => {
  it('is broken between words, and indented below', () => {
    expect(wrapTo('  → Put what is slow into another', 16, 4)).toBe(
      '  → Put what is\n    slow into\n    another',
    )
  })

  it('keeps colours, lines and spaces that fit', () => {
    expect(wrapTo(`${red('✖')} fail  two\nand more`, 11, 2)).toBe(`${red('✖')} fail  two\nand more`)
    expect(wrapTo(`${red('✖')} fail  two`, 8, 2)).toBe(`${red('✖')} fail\n  two`)
  })

  it('keeps a word whole that is longer than a line', () => {
    expect(wrapTo('see https://example.org/page now', 10, 2)).toBe('see\n  https://example.org/page\n  now')
  })
})

it('a pipe has room for everything, and a terminal that does not know its width for 80 columns', () => {
  expect(columnsOf({ isTTY: false, columns: 80 })).toBe(Number.POSITIVE_INFINITY)
  expect([columnsOf({ isTTY: true, columns: 60 }), columnsOf({ isTTY: true, columns: 0 })]).toEqual([60, 80])
})
