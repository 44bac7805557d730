import { expect, it } from 'vitest'
import {
  evidence,
  inShort,
  lock,
  measured,
  object,
  snapshot,
  statement,
  strict,
  users,
  waiting,
  work,
} from '../../../../test/corpus/hand-written.ts'
import { tableRewrite } from './table-rewrite.ts'

const rewritten = statement({
  ms: 400,
  locks: [lock('public.users', 'AccessExclusiveLock')],
  tables: { 'public.users': work({ replaced: { bytes: 81_920 }, scanned: 1_000 }) },
})

it('is a table with rows that has other storage', () => {
  const [finding] = tableRewrite(evidence({ statements: [statement(), rewritten] }), strict)
  expect(finding).toMatchObject({
    hazard: 'table_rewrite',
    weight: 'fails',
    table: 'public.users',
    statement: 1,
  })
  expect(finding?.evidence).toBe(
    'Statement 2 (ALTER TABLE) wrote all of public.users (1,000 rows) anew, 81.9 kB, and kept readers and writers waiting for 400 ms here.',
  )
})

it.each([
  ['a TRUNCATE', work({ replaced: { bytes: 0 } })],
  ['a scan', work({ scanned: 1_000 })],
])('is not %s', (_, tables) => {
  const statements = [statement({ tables: { 'public.users': tables } })]
  expect(tableRewrite(evidence({ statements }), strict)).toEqual([])
})

it('is not an empty table, nor a new one, nor the history of the tool', () => {
  const one = work({ replaced: { bytes: 8_192 } })
  const statements = [
    statement({ tables: { 'public.users': one, 'public.new': one, 'public.schema_migrations': one } }),
  ]
  const before = snapshot([...users, object('table', 'public.schema_migrations')])
  expect(tableRewrite(evidence({ statements, before, contentBefore: new Map() }), strict)).toEqual([])
})

it('is not what comes after a TRUNCATE in the same transaction', () => {
  const emptied = statement({ tables: { 'public.users': work({ replaced: { bytes: 0 } }) } })
  expect(tableRewrite(evidence({ statements: [emptied, rewritten] }), strict)).toEqual([])
})

it('is one again where the TRUNCATE was rolled back', () => {
  const emptied = statement({ transaction: 0, tables: { 'public.users': work({ replaced: { bytes: 0 } }) } })
  const transactions = [{ session: 's', transaction: 0, end: 'rolled back' } as const]
  expect(inShort(tableRewrite(evidence({ statements: [emptied, rewritten], transactions }), strict))).toEqual(
    ['fails table_rewrite public.users'],
  )
})

it.each([
  ['fails', 400, { reads: 200 }],
  ['notes', 400, { reads: 500 }],
  // the trace is slower than the migration alone
  ['notes', 30, { reads: 200 }],
] as const)('%s where readers waited for %i ms and may for %o', (weight, ms, limit) => {
  const policy = { ...measured, tables: { 'public.users': { writes: 1_000, ...limit } } }
  const timing = new Map([['public.users', waiting(ms)]])
  const findings = tableRewrite(evidence({ statements: [rewritten] }, { timing }), policy)
  expect(inShort(findings)).toEqual([`${weight} table_rewrite public.users`])
})

it('is storage that is another after a statement that was sampled only', () => {
  const files = (file: string) => ({ files: new Map([['public.users', file]]) })
  const traced = { before: snapshot(users, files('1')), after: snapshot(users, files('2')) }
  const alone = statement({ tag: 'VACUUM', isAlone: true })
  const seen = (more: object) => inShort(tableRewrite(evidence({ ...traced, ...more }), strict))
  expect(seen({ statements: [alone] })).toEqual(['fails table_rewrite public.users'])
  expect(seen({ statements: [alone, rewritten] })).toEqual(['fails table_rewrite public.users'])
  expect(seen({ statements: [alone], after: traced.before })).toEqual([])
  expect(seen({ statements: [statement()] })).toEqual([])
})
