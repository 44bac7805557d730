import { expect, it } from 'vitest'
import {
  column,
  content,
  evidence,
  inShort,
  object,
  part,
  snapshot,
  statement,
  users,
  work,
} from '../../../../test/corpus/hand-written.ts'
import type { TraceEvidence } from '../evidence.ts'
import { dataLoss } from './data-loss.ts'

const name = 'public.users'
const after = (
  rows: number,
  columns: Parameters<typeof content>[1] = { id: column({ digest: 'i' }), name: column() },
) => new Map([[name, content(rows, columns)]])

function told(more: Partial<TraceEvidence>): readonly string[] {
  return dataLoss(evidence(more)).map(({ evidence: sentence }) => sentence)
}

it('is nothing where all is there', () => expect(told({})).toEqual([]))

it('is a table that is gone', () => {
  expect(told({ after: snapshot([]), contentAfter: new Map() })).toEqual([
    'public.users (1,000 rows) is gone.',
  ])
})

it('is fewer rows, told of the statement that took most', () => {
  const statements = [statement(), statement({ tables: { [name]: work({ deleted: 100 }) } })]
  expect(dataLoss(evidence({ statements, contentAfter: after(900) }))[0]).toMatchObject({
    statement: 1,
    evidence: 'public.users has 100 rows less: 900 of 1,000 are left.',
  })
})

it('is values that became null, and values that became one', () => {
  const nulls = after(1_000, { id: column({ digest: 'i' }), name: column({ nonNull: 600, digest: 'e' }) })
  expect(told({ contentAfter: nulls })).toEqual(['400 values of public.users.name became null.'])
  const alike = after(1_000, { id: column({ digest: 'i' }), name: column({ digest: 'e' }) })
  const distinct = new Map([['public.users.name', { before: 90, after: 2 }]])
  expect(told({ contentAfter: alike, distinct })).toEqual([
    'public.users.name had 90 different values and has 2.',
  ])
})

it.each([
  ['numeric(10,2)', 'numeric(10,0)', 1],
  ['timestamp without time zone', 'date', 1],
  ['text', 'character varying(4)', 1],
  // the times are others, and none is gone
  ['timestamp without time zone', 'timestamp with time zone', 0],
  ['text', 'integer', 0],
])('is what did not fit when %s became %s', (before, type, findings) => {
  const one = (more: Parameters<typeof column>[0]) =>
    new Map([[name, content(1_000, { name: column(more) })]])
  const traced = { contentBefore: one({ type: before }), contentAfter: one({ type, digest: 'e' }) }
  expect(told(traced)).toHaveLength(findings)
  const updated = [statement({ tables: { [name]: work({ updated: 1_000 }) } })]
  expect(told({ ...traced, statements: updated })).toEqual([])
})

it('is a column that is gone, unless it was empty or is kept elsewhere', () => {
  const schema = snapshot(users.filter((one) => one.name !== 'public.users.name'))
  const gone = { after: schema, contentAfter: after(1_000, { id: column({ digest: 'i' }) }) }
  expect(told(gone)).toEqual(['Column public.users.name is gone, with 1,000 values.'])
  const empty = new Map([[name, content(1_000, { name: column({ nonNull: 0 }) })]])
  expect(told({ ...gone, contentBefore: empty })).toEqual([])
  const moved = after(1_000, { id: column({ digest: 'i' }), mail: column() })
  expect(told({ ...gone, contentAfter: moved })).toEqual([])
  // it has the name of the old one, and held the same already: that may be chance
  const renamed = snapshot([
    ...users.slice(0, 2),
    part('column', name, 'name', {}, { id: 'public.users.mail' }),
  ])
  const twins = (...columns: readonly string[]) =>
    new Map([[name, content(1_000, Object.fromEntries(columns.map((one) => [one, column()])))]])
  const before = snapshot([...users, part('column', name, 'mail')])
  const traced = { before, after: renamed, contentBefore: twins('name', 'mail'), contentAfter: twins('name') }
  expect(told(traced)).toEqual(['Column public.users.name is gone, with 1,000 values.'])
  expect(told({ ...traced, before: snapshot(users), contentBefore: twins('name') })).toEqual([])
})

it('is no new name', () => {
  const renamed = snapshot([
    object('table', 'public.people', {}, { id: name }),
    part('column', 'public.people', 'id', {}, { id: 'public.users.id' }),
    part('column', 'public.people', 'label', {}, { id: 'public.users.name' }),
  ])
  const contentAfter = after(1_000, { id: column({ digest: 'i' }), label: column() })
  expect(told({ after: renamed, contentAfter })).toEqual([])
})

it('is no row that went with its partition, which is a table of its own', () => {
  const leaf = (more = {}) => object('table', 'public.m24', more)
  const root = object('table', 'public.m', { kind: 'partitioned' })
  const rows = (m: number) =>
    new Map([
      ['public.m', content(m)],
      ['public.m24', content(500)],
    ])
  const traced = {
    before: snapshot([root, leaf({ partitionBound: 'FOR VALUES …', parents: 'public.m' })]),
    contentBefore: rows(500),
  }
  expect(told({ ...traced, after: snapshot([root, leaf()]), contentAfter: rows(0) })).toEqual([])
  expect(
    told({ ...traced, after: snapshot([root]), contentAfter: new Map([['public.m', content(0)]]) }),
  ).toEqual(['public.m has 500 rows less: 0 of 500 are left.'])
})

it('is nothing of a materialized view', () => {
  const view = snapshot([object('materialized view', name)])
  expect(inShort(dataLoss(evidence({ before: view, after: snapshot([]), contentAfter: new Map() })))).toEqual(
    [],
  )
})
