import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeQuery, enginePath } from './path.ts'

describe('a path', () => {
  it.each([
    ['web', '/containers/web/json'],
    ['shop_web.1', '/containers/shop_web.1/json'],
    ['registry:5000/team/app@sha256:ab', '/containers/registry%3A5000%2Fteam%2Fapp%40sha256%3Aab/json'],
    ['a b?c#d%2f', '/containers/a%20b%3Fc%23d%252f/json'],
  ])('takes %j', (name, expected) => {
    expect(enginePath`/containers/${name}/json`).toBe(expected)
  })

  it.each(['', '.', '..', '../images', 'a/../b', 'a//b', '/a', 'a/', '\ud800'])('refuses %j', (name) => {
    expect(() => enginePath`/containers/${name}/json`).toThrow(
      expect.objectContaining({ code: 'ENGINE_REFUSED', status: 404 }),
    )
  })

  it('is one of its own route, whatever the name', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('.', '/', 'a', '%', '\\') }),
    )
    fc.assert(
      fc.property(name, (name) => {
        const made = attempt(() => enginePath`/containers/${name}/json`)
        if (made === undefined) return
        // As the engine reads it: decoded first, then cleaned.
        const url = new URL(made, 'http://engine')
        expect(url.search + url.hash).toBe('')
        const decoded = decodeURIComponent(made)
        expect(decoded).toBe(`/containers/${name}/json`)
        expect(
          decoded
            .slice(1)
            .split('/')
            .filter((part) => ['', '.', '..'].includes(part)),
        ).toEqual([])
      }),
    )
  })
})

it('a query is encoded, objects as JSON', () => {
  const query = { name: 'a b&c', all: true, tail: 5, filters: { label: ['x=y'] }, until: undefined }
  expect(encodeQuery(query)).toBe(
    `?name=a+b%26c&all=true&tail=5&filters=${encodeURIComponent('{"label":["x=y"]}')}`,
  )
  expect(encodeQuery({ until: undefined })).toBe('')
  expect(encodeQuery()).toBe('')
})

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
