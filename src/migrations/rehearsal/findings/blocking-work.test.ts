import { expect, it } from 'vitest'
import {
  evidence,
  inShort,
  lock,
  object,
  snapshot,
  statement,
  strict,
  users,
  work,
} from '../../../../test/corpus/hand-written.ts'
import type { Statement } from '../../../databases/wire.ts'
import { blocksReadsAndWrites, blocksWrites } from './blocking-work.ts'

function seen(statements: readonly Statement[], before = snapshot(users)) {
  const traced = evidence({ statements, before, after: before })
  return inShort([...blocksReadsAndWrites(traced, strict), ...blocksWrites(traced, strict)])
}

const exclusive = lock('public.users', 'AccessExclusiveLock')
const share = lock('public.users', 'ShareLock')
const scan = { 'public.users': work({ scanned: 1_000 }) }
const build = { 'public.users': work({ built: ['public.users_name_idx'] }) }

it.each([
  [
    'a full scan under AccessExclusiveLock',
    statement({ locks: [exclusive], tables: scan }),
    'blocks_reads_writes',
  ],
  ['an index built under it', statement({ locks: [exclusive], tables: build }), 'blocks_reads_writes'],
  [
    'an index built under ShareLock',
    statement({ locks: [share], tables: build, tag: 'CREATE INDEX' }),
    'blocks_writes',
  ],
  ['a scan under a lock of before', statement({ held: [exclusive], tables: scan }), 'blocks_reads_writes'],
])('counts %s', (_, one, hazard) => {
  expect(seen([one])).toEqual([`fails ${hazard} public.users`])
})

it.each([
  ['a scan of a part', statement({ locks: [exclusive], tables: { 'public.users': work({ scanned: 999 }) } })],
  [
    'a scan under a weak lock',
    statement({ locks: [lock('public.users', 'ShareUpdateExclusiveLock')], tables: scan }),
  ],
  ['a query under a lock of before', statement({ tag: 'SELECT', held: [exclusive], tables: scan })],
  [
    'a lock of an index alone',
    statement({ locks: [lock('public.users', 'AccessExclusiveLock', 'public.i')], tables: scan }),
  ],
  [
    'a table that is written anew',
    statement({
      locks: [exclusive],
      tables: { 'public.users': work({ scanned: 1_000, replaced: { bytes: 9 } }) },
    }),
  ],
  [
    'a table of this migration',
    statement({
      locks: [lock('public.new', 'AccessExclusiveLock')],
      tables: { 'public.new': work({ scanned: 9 }) },
    }),
  ],
])('leaves %s', (_, one) => expect(seen([one])).toEqual([]))

it('counts a materialized view that is filled anew, for its readers', () => {
  const view = snapshot([object('materialized view', 'public.users')])
  const filled = { 'public.users': work({ inserted: 3, replaced: { bytes: 8_192 } }) }
  expect(seen([statement({ locks: [exclusive], tables: filled })], view)).toEqual([
    'fails blocks_reads_writes public.users',
  ])
  expect(seen([statement({ locks: [lock('public.users', 'ExclusiveLock')], tables: scan })], view)).toEqual(
    [],
  )
})

it('counts rows as they are when the statement begins', () => {
  const emptied = statement({ tag: 'DELETE', tables: { 'public.users': work({ deleted: 1_000 }) } })
  const scanned = statement({ locks: [exclusive], tables: { 'public.users': work({ scanned: 0 }) } })
  expect(seen([emptied, scanned])).toEqual([])
})
