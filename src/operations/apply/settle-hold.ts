import { count, duration } from '../../core/text.ts'
import type { Statement } from '../../databases/wire.ts'
import { plus } from '../../migrations/rehearsal/envelope.ts'
import { PassingPartitions } from '../../migrations/rehearsal/passing-partitions.ts'
import type { Recorder } from '../../migrations/rehearsal/recorder.ts'
import type { AppliedRecord, Envelope, EnvelopeRows } from '../../runs/rehearsal.ts'
import type { Run } from '../../runs/run.ts'
import type { Context } from '../context.ts'
import { advanceRun } from '../runs/advance-run.ts'
import type { FoundRun } from '../runs/find-run.ts'
import type { Hold } from './hold-production.ts'

/** Lets go of production, and puts on record what was done to it beside what had been rehearsed. */
export async function settleHold(context: Context, { run, ledger }: FoundRun, hold: Hold): Promise<Run> {
  await hold[Symbol.asyncDispose]()
  const applied = describeApplied(hold)
  return await advanceRun(context, ledger, run.id, (now) =>
    now.applied === undefined ? { kind: 'applied', applied } : undefined,
  )
}

function describeApplied({ seen, rehearsal, passingPartitions }: Hold): AppliedRecord {
  const of = rehearsal === undefined ? {} : { rehearsal: rehearsal.run }
  if ('missing' in seen) return { ...of, ...unwatched(seen.missing) }
  const rows = committedRows(seen)
  const longestStatementMs = Math.max(0, ...seen.statements.map(({ ms }) => ms))
  const passing = new PassingPartitions(passingPartitions)
  const envelope = rehearsal?.record.envelope
  return {
    ...of,
    rows: Object.fromEntries(rows),
    longestStatementMs,
    surprises:
      envelope === undefined
        ? []
        : surprises(passing.envelope(envelope), passing.rows(rows), longestStatementMs),
  }
}

function unwatched(why: string): Pick<AppliedRecord, 'rows' | 'longestStatementMs' | 'surprises'> {
  const surprises = [`It was not watched, so that what it did to rows is not known. ${why}`]
  return { rows: {}, longestStatementMs: 0, surprises }
}

/** What was committed, by table. */
function committedRows({ statements, transactions }: Recorder): Map<string, EnvelopeRows> {
  const committed = new Set(
    transactions
      .filter(({ end }) => end === 'committed')
      .map(({ session, transaction }) => `${session} ${transaction}`),
  )
  const isCommitted = ({ session, transaction, isAlone }: Statement) =>
    isAlone || committed.has(`${session} ${transaction}`)
  const rows = new Map<string, EnvelopeRows>()
  for (const { tables } of statements.filter(isCommitted)) {
    for (const [table, work] of tables) {
      if (work.inserted + work.updated + work.deleted === 0) continue
      rows.set(table, plus(rows.get(table), work))
    }
  }
  return rows
}

// Less than that is the noise of a machine.
const notableMs = 1_000
const notablyLonger = 3

/** In what it went otherwise than in its rehearsal, within what the envelope allows. */
function surprises(
  { rows: predicted, longestStatementMs }: Envelope,
  actual: ReadonlyMap<string, EnvelopeRows>,
  longestMs: number,
): string[] {
  const tables = [...new Set([...Object.keys(predicted), ...actual.keys()])].sort()
  const ofRows = tables.flatMap((table) => {
    const [foreseen, seen] = [total(predicted[table]), total(actual.get(table))]
    return foreseen === seen
      ? []
      : [
          `${count(seen, 'row')} of ${table} ${seen === 1 ? 'was' : 'were'} changed, and ${foreseen.toLocaleString('en')} in the rehearsal.`,
        ]
  })
  if (longestMs < notableMs || longestMs < longestStatementMs * notablyLonger) return ofRows
  return [
    ...ofRows,
    `The longest statement took ${duration(longestMs)}, and ${duration(longestStatementMs)} in the rehearsal.`,
  ]
}

function total(rows: EnvelopeRows | undefined): number {
  return rows === undefined ? 0 : rows.inserted + rows.updated + rows.deleted
}
