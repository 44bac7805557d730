import { count } from '../../core/text.ts'
import { firstBlocking, strengthOf } from '../../databases/lock-modes.ts'
import type { Effects, RowCounts } from '../../databases/wire.ts'
import type { Envelope, EnvelopeRows } from '../../runs/rehearsal.ts'
import type { TraceEvidence } from './evidence.ts'

/** The bound that a rehearsal sets: all that it changed, what it took back included, as a run is told of it. */
export function envelopeOf(trace: TraceEvidence): Envelope {
  const rows = new Map<string, EnvelopeRows>()
  const locks = new Map<string, string>()
  for (const { tables, locks: taken } of trace.statements) {
    for (const [table, work] of tables) {
      const sum = plus(rows.get(table), work)
      if (sum.inserted + sum.updated + sum.deleted > 0) rows.set(table, sum)
    }
    for (const { relation, mode } of taken)
      if (strengthOf(mode) > strengthOf(locks.get(relation) ?? '')) locks.set(relation, mode)
  }
  const alone = trace.statements.filter(({ isAlone, failure }) => isAlone && failure === undefined)
  return {
    rows: Object.fromEntries(rows),
    locks: Object.fromEntries(locks),
    longestStatementMs: trace.statements.reduce((longest, { ms }) => Math.max(longest, ms), 0),
    alone: [...new Set(alone.map(({ text }) => text))],
  }
}

/** So many more rows of a kind are within every envelope: data grow between a rehearsal and its run. */
const always = 100

/**
 * Why effects leave an envelope, in words; empty where they are within it. `effects` are those of the whole run so far.
 * `tolerance` is the share by which more rows than rehearsed may be changed. A table that the rehearsal changed no row of may
 * not be changed at all. Locks that keep nobody waiting depend on plans, and are not compared.
 */
export function leaves(envelope: Envelope, { rows, locks }: Effects, tolerance: number): readonly string[] {
  return [
    ...[...rows].flatMap(([table, counts]) => excess(table, counts, own(envelope.rows, table), tolerance)),
    ...locks.flatMap(({ table, mode }) => strongerLock(table, mode, envelope.locks)),
  ]
}

/** A table may be called as something that every object has. */
function own<Value>(all: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(all, name) ? all[name] : undefined
}

const kinds = ['inserted', 'updated', 'deleted'] as const

function excess(
  table: string,
  counts: RowCounts,
  rehearsed: EnvelopeRows | undefined,
  tolerance: number,
): readonly string[] {
  const changed = kinds.filter((kind) => counts[kind] > 0)
  if (rehearsed === undefined)
    return changed.map(
      (kind) => `it ${kind} ${count(counts[kind], 'row')} of ${table}, and its rehearsal none`,
    )
  return changed
    .filter(
      (kind) => counts[kind] > rehearsed[kind] + Math.max(always, Math.floor(rehearsed[kind] * tolerance)),
    )
    .map(
      (kind) =>
        `it ${kind} ${count(counts[kind], 'row')} of ${table}, and its rehearsal ${rehearsed[kind].toLocaleString('en')}`,
    )
}

function strongerLock(table: string, mode: string, locks: Envelope['locks']): readonly string[] {
  const strength = strengthOf(mode)
  const rehearsed = own(locks, table)
  if (strength < firstBlocking || strength <= strengthOf(rehearsed ?? '')) return []
  return [`it took ${mode} on ${table}, and its rehearsal ${rehearsed ?? 'no lock'}`]
}

/** Rows that were changed before, if any, and then more. */
export function plus(
  { inserted, updated, deleted }: EnvelopeRows = { inserted: 0, updated: 0, deleted: 0 },
  more: RowCounts,
): EnvelopeRows {
  return {
    inserted: inserted + more.inserted,
    updated: updated + more.updated,
    deleted: deleted + more.deleted,
  }
}
