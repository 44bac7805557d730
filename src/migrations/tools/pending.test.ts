import { expect, it } from 'vitest'
import { pendingOf } from './pending.ts'

const files = (...entries: readonly (readonly [key: string, ...follows: string[]])[]) =>
  entries.map(([key, ...follows]) => ({ name: key, key, digest: '', follows }))

it.each([
  ['nothing is applied', [], ['a', 'b', 'c']],
  ['one in the middle is missing', ['a', 'c'], ['b']],
  ['all are applied, and one that the release does not have', ['a', 'b', 'c', 'x'], []],
])('takes each by itself where none says what it follows: %s', (_what, applied, pending) => {
  expect(pendingOf(files(['a'], ['b'], ['c']), applied).map(({ key }) => key)).toEqual(pending)
})

it.each([
  ['the first', ['a'], ['b', 'c', 'd', 'x']],
  ['one branch', ['c', 'x'], ['b', 'd']],
  ['where the branches meet', ['d', 'x'], []],
])('takes what comes before the last that is applied for applied: %s', (_what, applied, pending) => {
  const branches = files(['a'], ['b', 'a'], ['c', 'a'], ['d', 'b', 'c'], ['x', 'x'])
  expect(pendingOf(branches, applied).map(({ key }) => key)).toEqual(pending)
})
