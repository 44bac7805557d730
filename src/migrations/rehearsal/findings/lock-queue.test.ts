import { expect, it } from 'vitest'
import {
  evidence,
  inShort,
  lock,
  object,
  snapshot,
  statement,
  users,
} from '../../../../test/corpus/hand-written.ts'
import type { Statement } from '../../../databases/wire.ts'
import { lockQueue } from './lock-queue.ts'

const locks = [lock('public.users', 'AccessExclusiveLock')]

function seen(statements: readonly Statement[], more = {}) {
  return inShort(lockQueue(evidence({ statements, ...more })))
}

it.each([
  ['without a lock_timeout', { locks, lockTimeoutMs: 0 }],
  ['with one of a minute', { locks, lockTimeoutMs: 60_000 }],
  ['of writers alone', { locks: [lock('public.users', 'ShareRowExclusiveLock')], lockTimeoutMs: 0 }],
])('is a strong lock %s', (_, more) => {
  expect(seen([statement(more)])).toEqual(['fails lock_queue public.users'])
})

it('is one of an empty table too', () => {
  expect(seen([statement({ locks, lockTimeoutMs: 0 })], { contentBefore: new Map() })).toHaveLength(1)
})

it.each([
  ['with a short lock_timeout', { locks, lockTimeoutMs: 5_000 }],
  ['that blocks nobody', { locks: [lock('public.users', 'RowExclusiveLock')], lockTimeoutMs: 0 }],
  ['of what commits by itself', { locks, lockTimeoutMs: 0, isAlone: true }],
  ['of a new table', { locks: [lock('public.new', 'AccessExclusiveLock')], lockTimeoutMs: 0 }],
  ['that it had already', { locks: [lock('public.users', 'ShareLock')], held: locks, lockTimeoutMs: 0 }],
])('is no lock %s', (_, more) => expect(seen([statement(more)])).toEqual([]))

it('is one of a view', () => {
  const view = snapshot([...users, object('view', 'public.v')])
  const asked = statement({ locks: [lock('public.v', 'AccessExclusiveLock')], lockTimeoutMs: 0 })
  expect(seen([asked], { before: view, after: view })).toEqual(['fails lock_queue public.v'])
})

it('is told once a table, and not of each partition', () => {
  const leaf = object('table', 'public.users_1', { partitionBound: 'FOR VALUES …', parents: 'public.users' })
  const both = [...locks, lock('public.users_1', 'AccessExclusiveLock')]
  const statements = [
    statement({ locks: both, lockTimeoutMs: 0 }),
    statement({ transaction: 2, locks, lockTimeoutMs: 0 }),
  ]
  expect(seen(statements, { before: snapshot([...users, leaf]) })).toEqual(['fails lock_queue public.users'])
})
