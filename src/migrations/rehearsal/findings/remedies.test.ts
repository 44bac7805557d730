import { expect, it } from 'vitest'
import {
  content,
  evidence,
  lock,
  object,
  part,
  snapshot,
  statement,
  strict,
  users,
  work,
} from '../../../../test/corpus/hand-written.ts'
import type { SchemaObject } from '../../../databases/inspector.ts'
import { blocksReadsAndWrites, blocksWrites } from './blocking-work.ts'
import { tableRewrite } from './table-rewrite.ts'

const table = 'public.users'

interface Case {
  readonly done?: Parameters<typeof work>[0]
  readonly mode?: string
  readonly tag?: string
  readonly before?: readonly SchemaObject[]
  readonly after?: readonly SchemaObject[]
}

function remedyOf({
  done = { scanned: 1_000 },
  mode = 'AccessExclusiveLock',
  tag = 'ALTER TABLE',
  ...schema
}: Case) {
  const { before = users, after = before } = schema
  const traced = evidence({
    statements: [statement({ tag, locks: [lock(table, mode)], tables: { [table]: work(done) } })],
    ...{ before: snapshot(before), after: snapshot(after) },
    contentBefore: new Map([[table, content(1_000)]]),
  })
  return [tableRewrite, blocksReadsAndWrites, blocksWrites].flatMap((look) => look(traced, strict))[0]?.remedy
}

const rewritten = { replaced: { bytes: 9 } }
const built = { built: ['public.i'] }
const constraint = (kind: string) => part('constraint', table, 'c', { kind })
const typed = (type: string) => [object('table', table), part('column', table, 'name', { type })]

it.each<[string, Case, string]>([
  ['CLUSTER', { done: rewritten, tag: 'CLUSTER' }, 'pg_repack'],
  [
    'another type',
    { done: rewritten, before: typed('integer'), after: typed('bigint') },
    'Add a column of the new type beside public.users.name',
  ],
  [
    'a time in some zone',
    {
      done: rewritten,
      before: typed('timestamp without time zone'),
      after: typed('timestamp with time zone'),
    },
    "SET LOCAL TimeZone = 'UTC'",
  ],
  [
    'a volatile default',
    { done: rewritten, after: [...users, part('column', table, 'at')] },
    'Add the column without a default',
  ],
  [
    'a table that is unlogged',
    {
      done: rewritten,
      before: [object('table', table, { persistence: 'permanent' })],
      after: [object('table', table, { persistence: 'unlogged' })],
    },
    'Make a table of the other kind beside it',
  ],
  ['an index', { done: built, mode: 'ShareLock', tag: 'CREATE INDEX' }, 'CREATE INDEX CONCURRENTLY'],
  ['REINDEX', { done: built, mode: 'ShareLock', tag: 'REINDEX' }, 'REINDEX … CONCURRENTLY'],
  [
    'a unique constraint',
    { done: built, after: [...users, constraint('unique')] },
    'ADD CONSTRAINT … USING INDEX',
  ],
  [
    'a check',
    { after: [...users, constraint('check')] },
    'NOT VALID with a short lock_timeout, then VALIDATE CONSTRAINT',
  ],
  [
    'a primary key',
    { after: [...users, constraint('primary key')] },
    'SET NOT NULL with a short lock_timeout',
  ],
  [
    'NOT NULL',
    {
      before: [object('table', table), part('column', table, 'name', { nullable: 'yes' })],
      after: [object('table', table), part('column', table, 'name', { nullable: 'no' })],
    },
    'Make sure first that public.users.name',
  ],
  [
    'a partition',
    { before: [object('table', table)], after: [object('table', table, { partitionBound: 'FOR …' })] },
    'Before ATTACH PARTITION',
  ],
  [
    'a materialized view',
    { done: { scanned: 0, ...rewritten }, before: [object('materialized view', table)] },
    'REFRESH MATERIALIZED VIEW CONCURRENTLY',
  ],
  ['anything else', {}, 'Let the scan happen under a weaker lock'],
])('of %s says how it is written safely', (_, seen, says) => {
  expect(remedyOf(seen)).toContain(says)
})
