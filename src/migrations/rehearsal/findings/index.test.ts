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
import { hazards } from '../finding.ts'
import { findingsOf } from './index.ts'

it('tells nothing without a trace', () => {
  expect(findingsOf({ passes: [], unfaithful: [], masked: [] }, strict)).toEqual([])
})

it('tells what fails first, in the order of the hazards', () => {
  const locks = [lock('public.users', 'AccessExclusiveLock')]
  const tables = { 'public.users': work({ scanned: 1_000, updated: 1_000 }) }
  const found = findingsOf(
    evidence({ statements: [statement({ locks, tables, lockTimeoutMs: 0, notices: ['42710'] })] }),
    strict,
  )
  expect(inShort(found)).toEqual([
    'fails blocks_reads_writes public.users',
    'fails lock_queue public.users',
    'fails bloat public.users',
    'notes no_effect',
  ])
})

it('tells of waiting that nothing explains, where it is measured', () => {
  const statements = [statement({ tables: { 'public.users': work({ updated: 1 }) } })]
  const timing = new Map([
    ['public.users', waiting(300, 300)],
    ['public.orders', waiting(0, 2_000)],
    ['public.quick', waiting(1, 1)],
  ])
  const seen = (policy: typeof measured) => inShort(findingsOf(evidence({ statements }, { timing }), policy))
  expect(seen(measured)).toEqual([
    'fails blocks_reads_writes public.users',
    'fails blocks_writes public.orders',
  ])
  expect(seen(strict)).toEqual([])
})

it('says what to do of everything, in whole sentences', () => {
  expect(Object.values(hazards).every((meaning) => meaning.endsWith('.'))).toBe(true)
})
