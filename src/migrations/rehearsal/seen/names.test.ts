import { describe, expect, it } from 'vitest'
import { lock, statement } from '../../../../test/corpus/hand-written.ts'
import { resolver } from './names.ts'
import type { KnownTable } from './tables.ts'

const known = (name: string, nameAfter?: string): KnownTable => ({
  ...{ name, kind: 'table', rows: 1, bytes: 1 },
  ...(nameAfter === undefined ? {} : { nameAfter }),
})

function means(tables: readonly KnownTable[], locked: readonly string[]) {
  const statements = locked.map((table) => statement({ locks: [lock(table, 'AccessExclusiveLock')] }))
  const resolve = resolver(new Map(tables.map((table) => [table.name, table])), statements)
  return (name: string, place: number) => resolve(name, place)?.name
}

describe('a name', () => {
  it('is that of before where nothing was renamed', () => {
    const meant = means([known('users', 'users')], ['users'])
    expect([meant('users', 0), meant('other', 0)]).toEqual(['users', undefined])
  })

  it('is the new one from the statement on that first mentions it', () => {
    const meant = means([known('users', 'people')], ['users', 'people', 'people'])
    expect([meant('users', 0), meant('people', 1), meant('people', 2)]).toEqual(['users', 'users', 'users'])
  })

  it('is another’s after that: a new table has the old name', () => {
    const meant = means([known('users', 'users_old')], ['users', 'users_old', 'users'])
    expect([meant('users', 0), meant('users_old', 1), meant('users', 2)]).toEqual([
      'users',
      'users',
      undefined,
    ])
  })

  it('goes to a table that was there before', () => {
    const meant = means(
      [known('users', 'users_old'), known('next', 'users')],
      ['users', 'next', 'users_old', 'users'],
    )
    expect([0, 2, 3].map((place) => meant('users', place))).toEqual(['users', undefined, 'next'])
    expect(meant('next', 1)).toBe('next')
  })

  it('goes on from a table that was dropped', () => {
    const meant = means([known('users'), known('next', 'users')], ['users', 'users'])
    expect(meant('users', 1)).toBe('next')
  })

  it('may go round in a circle', () => {
    const meant = means([known('a', 'b'), known('b', 'a')], ['a', 'b'])
    expect(meant('a', 0)).toBeDefined()
  })
})
