import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lock, statement, trace, work } from '../../../test/corpus/hand-written.ts'
import type { Effects, RowCounts } from '../../databases/wire.ts'
import { envelopeOf, leaves } from './envelope.ts'

const counts = (changed: Partial<RowCounts>): RowCounts => ({
  inserted: 0,
  updated: 0,
  deleted: 0,
  ...changed,
})
const effects = (table: string, changed: Partial<RowCounts>, locks: Effects['locks'] = []): Effects => ({
  rows: new Map([[table, counts(changed)]]),
  locks,
})

it('adds up rows, and keeps the strongest locks and the longest statement', () => {
  const one = { 'public.users': work({ updated: 10 }), 'public.seen': work({ scanned: 10 }) }
  const envelope = envelopeOf(
    trace({
      statements: [
        statement({ ms: 30, tables: one, locks: [lock('public.users', 'RowExclusiveLock')] }),
        statement({
          ms: 20,
          tables: one,
          locks: [lock('public.users', 'ShareLock'), lock('public.users', 'AccessShareLock', 'public.i')],
        }),
      ],
    }),
  )
  expect(envelope).toEqual({
    rows: { 'public.users': counts({ updated: 20 }) },
    locks: { 'public.users': 'ShareLock', 'public.i': 'AccessShareLock' },
    longestStatementMs: 30,
    alone: [],
  })
})

describe('a run', () => {
  const envelope = {
    rows: { 'public.users': counts({ updated: 10_000, inserted: 5 }) },
    locks: { 'public.users': 'ShareLock' },
    longestStatementMs: 1,
    alone: [],
  }

  it.each([
    ['as many rows', { updated: 10_000 }],
    ['more rows within the tolerance', { updated: 11_000 }],
    ['a hundred rows more', { inserted: 105 }],
    ['a hundred rows of another kind', { deleted: 100 }],
  ])('is within its envelope with %s', (_, changed) => {
    expect(leaves(envelope, effects('public.users', changed), 0.1)).toEqual([])
  })

  it.each([
    ['public.users', { updated: 11_001 }, 'it updated 11,001 rows of public.users, and its rehearsal 10,000'],
    ['public.users', { deleted: 101 }, 'it deleted 101 rows of public.users, and its rehearsal 0'],
    ['public.c', { inserted: 1 }, 'it inserted 1 row of public.c, and its rehearsal none'],
  ])('leaves it in %s with %o', (table, changed, why) => {
    expect(leaves(envelope, effects(table, changed), 0.1)).toEqual([why])
  })

  it('leaves it by a stronger lock that keeps others waiting', () => {
    const taken = (table: string, mode: string) =>
      leaves(envelope, effects('public.users', {}, [{ table, mode }]), 0.1)
    expect(taken('public.users', 'ShareLock')).toEqual([])
    expect(taken('public.users', 'AccessExclusiveLock')).toEqual([
      'it took AccessExclusiveLock on public.users, and its rehearsal ShareLock',
    ])
    expect(taken('public.orders', 'ShareLock')).toEqual([
      'it took ShareLock on public.orders, and its rehearsal no lock',
    ])
    expect(taken('public.orders', 'RowExclusiveLock')).toEqual([])
  })
})

const changedRows = ({ inserted, updated, deleted }: RowCounts) => inserted + updated + deleted

const number = fc.nat(1_000_000)
const changes = fc.dictionary(
  fc.constantFrom('a', 'b', '__proto__', 'constructor'),
  fc.record({ inserted: number, updated: number, deleted: number }),
)
const modes = fc.constantFrom('AccessShareLock', 'RowExclusiveLock', 'ShareLock', 'AccessExclusiveLock')
const runs = fc.array(
  fc.record({
    tables: changes,
    locks: fc.array(fc.record({ table: fc.constantFrom('a', 'b', '__proto__'), mode: modes })),
  }),
)

describe('whatever it does', () => {
  const played = (
    run: readonly {
      readonly tables: Readonly<Record<string, RowCounts>>
      readonly locks: readonly { readonly table: string; readonly mode: string }[]
    }[],
  ) => {
    const statements = run.map(({ tables, locks }) =>
      statement({
        tables: Object.fromEntries(Object.entries(tables).map(([table, rows]) => [table, work(rows)])),
        locks: locks.map(({ table, mode }) => lock(table, mode)),
      }),
    )
    return envelopeOf(trace({ statements }))
  }
  const all = (run: Parameters<typeof played>[0]): Effects => {
    const rows = new Map<string, RowCounts>()
    for (const { tables } of run)
      for (const [table, more] of Object.entries(tables)) {
        const sum = rows.get(table) ?? counts({})
        rows.set(table, {
          inserted: sum.inserted + more.inserted,
          updated: sum.updated + more.updated,
          deleted: sum.deleted + more.deleted,
        })
      }
    return { rows, locks: run.flatMap(({ locks }) => locks) }
  }

  it('a run that does what was rehearsed never leaves its envelope', () => {
    fc.assert(
      fc.property(runs, fc.double({ min: 0, max: 1, noNaN: true }), (run, tolerance) => {
        expect(leaves(played(run), all(run), tolerance)).toEqual([])
      }),
    )
  })

  it('one that does less does not either', () => {
    fc.assert(
      fc.property(runs, fc.nat(5), (run, until) => {
        expect(leaves(played(run), all(run.slice(0, until)), 0)).toEqual([])
      }),
    )
  })

  it('one that changes more of one kind than the tolerance leaves it', () => {
    const kinds = fc.constantFrom('inserted', 'updated', 'deleted')
    fc.assert(
      fc.property(runs, kinds, fc.double({ min: 0, max: 1, noNaN: true }), (run, kind, tolerance) => {
        const { rows } = all(run)
        const [first] = rows
        fc.pre(first !== undefined && changedRows(first[1]) > 0)
        const [table, changed] = first
        const more = changed[kind] + Math.floor(Math.max(100, changed[kind] * tolerance)) + 1
        const effects = { rows: new Map([[table, counts({ [kind]: more })]]), locks: [] }
        expect(leaves(played(run), effects, tolerance)).toHaveLength(1)
      }),
    )
  })

  it('one of another table leaves it with its first row', () => {
    fc.assert(
      fc.property(runs, (run) => {
        expect(leaves(played(run), effects('elsewhere', { deleted: 1 }), 1)).toHaveLength(1)
      }),
    )
  })
})
