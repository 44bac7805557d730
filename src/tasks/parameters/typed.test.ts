import { expect, it } from 'vitest'
import { typedParameters } from './typed.ts'

const typed = (word: string) => typedParameters({ id: word }, { properties: { id: { type: 'number' } } }).id

it.each(['9007199254740993', '1e999', '-1e999', '123456789012345678901234567890'])(
  'leaves %s as it was typed, because as a number it would be another',
  (word) => expect(typed(word)).toBe(word),
)

it.each([
  ['9007199254740991', 9_007_199_254_740_991],
  ['-0.5', -0.5],
  ['1e3', 1_000],
])('takes %s for a number', (word, number) => expect(typed(word)).toBe(number))
