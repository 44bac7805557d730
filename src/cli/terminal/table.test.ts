import { expect, it } from 'vitest'
import { table } from './table.ts'

it('aligns columns, whatever their colours', () => {
  expect(
    table(
      [
        ['a', 'b'],
        ['\u001b[31mlong\u001b[39m', 'c'],
        ['ü', 'd'],
      ],
      80,
    ),
  ).toBe('a     b\n\u001b[31mlong\u001b[39m  c\nü     d')
})

it('cuts the last column to the width, and nothing else', () => {
  expect(table([['one', 'a long last column']], 12)).toBe('one  a long…')
})

it('is empty without rows', () => expect(table([])).toBe(''))
