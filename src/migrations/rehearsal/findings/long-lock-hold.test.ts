import { expect, it } from 'vitest'
import {
  evidence,
  inShort,
  lock,
  measured,
  statement,
  strict,
  waiting,
  work,
} from '../../../../test/corpus/hand-written.ts'
import type { Statement } from '../../../databases/wire.ts'
import { longLockHold } from './long-lock-hold.ts'

const exclusive = lock('public.users', 'AccessExclusiveLock')
const quick = statement({ locks: [exclusive] })

function after(more: Parameters<typeof statement>[0]): readonly Statement[] {
  return [quick, statement({ tag: 'SELECT', held: [exclusive], ...more })]
}

it.each([
  ['a scan', { tables: { 'public.users': work({ scanned: 1_000 }) } }],
  ['many rows of a new table', { tables: { 'public.new': work({ inserted: 5_000 }) } }],
  ['an index build', { tables: { 'public.users': work({ built: ['public.i'] }) } }],
  ['a long wait', { ms: 400 }],
])('is a lock held during %s', (_, more) => {
  const [finding] = longLockHold(evidence({ statements: after(more) }), strict)
  expect(finding).toMatchObject({
    hazard: 'long_lock_hold',
    weight: 'fails',
    table: 'public.users',
    statement: 1,
  })
  expect(finding?.evidence).toContain('taken by statement 1, was still held when statement 2 (SELECT)')
})

it.each([
  ['something quick', { ms: 20 }],
  ['some rows', { tables: { 'public.plans': work({ inserted: 3 }) } }],
  [
    'what the tool writes into its history',
    { tables: { 'public.schema_migrations': work({ inserted: 400 }) } },
  ],
])('is no lock held during %s', (_, more) => {
  expect(longLockHold(evidence({ statements: after(more) }), strict)).toEqual([])
})

it('is none of a statement that was slow once, on a busy machine', () => {
  const statements = after({ ms: 400 })
  const seen = (reads: number, writes: number) =>
    inShort(
      longLockHold(
        evidence({ statements }, { timing: new Map([['public.users', waiting(reads, writes)]]) }),
        strict,
      ),
    )
  expect(seen(30, 40)).toEqual([])
  expect(seen(30, 390)).toEqual(['fails long_lock_hold public.users'])
  expect(seen(390, 390)).toEqual(['fails long_lock_hold public.users'])
})

it('is measured by how long others waited', () => {
  const statements = Array.from({ length: 100 }, () => statement({ held: [exclusive], ms: 10 }))
  const seen = (ms: number) =>
    inShort(
      longLockHold(
        evidence(
          { statements: [quick, ...statements] },
          { timing: new Map([['public.users', waiting(ms)]]) },
        ),
        measured,
      ),
    )
  expect(seen(800)).toEqual(['fails long_lock_hold public.users'])
  expect(seen(50)).toEqual(['notes long_lock_hold public.users'])
})
