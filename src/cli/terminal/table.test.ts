import { expect, it } from 'vitest'
import { table } from './table.ts'

it('aligns columns, whatever their colours', () => {
  const rows = [
    ['a', 'b'],
    ['\u001b[31mlong\u001b[39m', 'c'],
    ['ü', 'd'],
  ]
  expect(table(rows, {}, 80)).toBe('a     b\n\u001b[31mlong\u001b[39m  c\nü     d')
})

it('aligns what takes two columns of a terminal', () => {
  const rows = [
    ['東京', 'b'],
    ['🚀', 'c'],
    ['e\u0301', 'd'],
  ]
  expect(table(rows, {}, 80)).toBe('東京  b\n🚀    c\ne\u0301     d')
})

const row = ['k3m9q-2x7vd', 'reindex-every-search', 'production-in-europe', 'a reason of many words']

it('cuts the widest columns until a row fits, and never the first', () => {
  expect(table([row], {}, 80)).toBe(row.join('  '))
  expect(table([row], {}, 60)).toBe('k3m9q-2x7vd  reindex-every-…  production-in…  a reason of m…')
  for (const room of [79, 70, 61, 50, 42]) expect(table([row], {}, room).length).toBeLessThanOrEqual(room)
})

it('leaves out the last columns where there is no room for all of them', () => {
  expect(table([row], {}, 34)).toBe('k3m9q-2x7vd  reindex-e…  producti…')
  expect(table([row], { whole: 2 }, 34)).toBe('k3m9q-2x7vd  reindex-every-search')
})

it('goes on below with the last column, where that is wanted', () => {
  const text = 'a notice of more words than go into a line'
  expect(table([['notice', text]], { wraps: true }, 30)).toBe(
    'notice  a notice of more words\n        than go into a line',
  )
})

it('breaks there what is no word', () => {
  expect(table([['digest', 'abcdefghijklmnopqrs']], { wraps: true }, 20)).toBe(
    'digest  abcdefghijkl\n        mnopqrs',
  )
})

it('cuts nothing where nobody says how wide a line is', () => {
  const long = 'x'.repeat(500)
  expect(table([['a', long]])).toBe(`a  ${long}`)
})

it('is empty without rows', () => expect(table([])).toBe(''))
