import { expect, it } from 'vitest'
import { asTyped } from './spelling.ts'

it.each([
  ['Zürich', 'zurich'],
  ['São Tomé', 'sao tome'],
  ['Łódź', 'lodz'],
  ['Iğdır', 'igdir'],
  ['Großräschen', 'grossraschen'],
  ['Sarıəlli', 'sarielli'],
  ['Norabats’', "norabats'"],
  ['Рязань', 'рязань'],
])('spells %s as %s', (name, typed) => {
  expect(asTyped(name)).toBe(typed)
})
