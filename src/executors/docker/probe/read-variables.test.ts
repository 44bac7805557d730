import { expect, it } from 'vitest'
import { parseEnviron, splitPair } from './read-variables.ts'

it.each([
  ['A=b', ['A', 'b']],
  ['A=', ['A', '']],
  ['A', ['A', '']],
  ['A==b=c', ['A', '=b=c']],
  ['A=one\ntwo', ['A', 'one\ntwo']],
])('%j is %j', (pair, expected) => {
  expect(splitPair(pair)).toEqual(expected)
})

it('a process’s variables are those that getenv would find', () => {
  const environ = 'A=first\0B=two\nlines\0A=second\0=odd\0broken\0C=\0'
  expect(Object.fromEntries(parseEnviron(environ))).toEqual({ A: 'first', B: 'two\nlines', C: '' })
})
