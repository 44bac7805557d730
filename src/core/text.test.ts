import { describe, expect, it } from 'vitest'
import { byteSize, count, duration, list, suggest } from './text.ts'

describe('text', () => {
  it.each([
    [1, '1 run'],
    [0, '0 runs'],
    [1_234, '1,234 runs'],
  ])('counts %i', (n, expected) => expect(count(n, 'run')).toBe(expected))

  it.each([
    [[], ''],
    [['a'], '"a"'],
    [['a', 'b', 'c'], '"a", "b" and "c"'],
  ])('lists %j', (items, expected) => expect(list(items)).toBe(expected))

  it.each([
    ['contry', 'Did you mean "country"?'],
    ['xyzzy', 'Known parameters: "country" and "limit".'],
  ])('suggests for %s', (typed, expected) =>
    expect(suggest(typed, ['country', 'limit'], 'parameters')).toBe(expected),
  )

  it('says so when there is nothing to suggest', () =>
    expect(suggest('x', [], 'tasks')).toBe('There are no tasks.'))

  it.each([
    [12, '12 ms'],
    [1_240, '1.2 s'],
    [185_000, '3 min 5 s'],
    [7_440_000, '2 h 4 min'],
  ])('tells %i ms', (ms, expected) => expect(duration(ms)).toBe(expected))

  it.each([
    [512, '512 B'],
    [1_400_000, '1.4 MB'],
  ])('tells %i bytes', (bytes, expected) => expect(byteSize(bytes)).toBe(expected))
})
