import type { Statement } from '../../../databases/wire.ts'
import type { CompatEvidence, Evidence, TraceEvidence } from '../evidence.ts'
import { changesOf } from '../findings/effects.ts'
import { lockHolds } from '../seen/lock-holds.ts'
import { type Scene, sceneOf } from '../seen/scene.ts'
import type { KnownTable } from '../seen/tables.ts'
import { transactionOf } from '../seen/transactions.ts'
import type { EvidenceReport, StatementReport, TableReport, TraceReport } from './report.ts'

/** Evidence as plain JSON. */
export function asJson({ trace, compat, timing, ...evidence }: Evidence): EvidenceReport {
  return {
    ...evidence,
    ...(trace === undefined ? {} : { trace: traceOf(trace) }),
    ...(compat === undefined ? {} : { compat: compatOf(compat) }),
    ...(timing === undefined ? {} : { timing: Object.fromEntries(timing) }),
  }
}

/** Reads what `asJson` made. Throws a SyntaxError for what is no JSON. */
export function fromJson(text: string): EvidenceReport {
  return JSON.parse(text)
}

function traceOf(trace: TraceEvidence): TraceReport {
  const scene = sceneOf(trace)
  const ends = new Map(trace.transactions.map((one) => [transactionOf(one), one.end]))
  return {
    end: trace.end,
    statements: trace.statements.map((statement) =>
      statementOf(statement, ends.get(transactionOf(statement))),
    ),
    historyTables: trace.historyTables,
    ...(trace.walBytes === undefined ? {} : { walBytes: trace.walBytes }),
    ...(trace.diskBytes === undefined ? {} : { diskBytes: trace.diskBytes }),
    ...(trace.pendingAfter === undefined ? {} : { pendingAfter: trace.pendingAfter }),
    schema: { before: trace.before.digest, after: trace.after.digest },
    changes: changesOf(trace),
    locks: lockHolds(scene),
    tables: tablesOf(scene),
  }
}

function statementOf(statement: Statement, end: StatementReport['end']): StatementReport {
  const { session, transaction, text, tag, failure, ms, notices, locks, tables } = statement
  return {
    ...{ session, transaction, text, ms },
    ...(end === undefined ? {} : { end }),
    ...(tag === undefined ? {} : { tag }),
    ...(failure === undefined ? {} : { failure }),
    ...(notices.length === 0 ? {} : { notices }),
    ...(locks.length === 0 ? {} : { locks }),
    ...(tables.size === 0 ? {} : { tables: Object.fromEntries(tables) }),
    lockTimeoutMs: statement.lockTimeoutMs,
    isAlone: statement.isAlone,
  }
}

function tablesOf(scene: Scene): readonly TableReport[] {
  return [...scene.tables.values()]
    .filter(({ name }) => scene.trace.contentBefore.has(name))
    .map((known) => tableOf(known, scene))
}

function tableOf(known: KnownTable, { trace, steps }: Scene): TableReport {
  const after = trace.contentAfter.get(known.name)
  const works = steps.flatMap(({ works }) => works.filter((work) => work.known === known))
  const sum = (kind: 'inserted' | 'updated' | 'deleted') => works.reduce((all, work) => all + work[kind], 0)
  return {
    name: known.name,
    ...(known.nameAfter === undefined ? {} : { nameAfter: known.nameAfter }),
    rowsBefore: known.rows,
    bytesBefore: known.bytes,
    ...(after === undefined ? {} : { rowsAfter: after.rows, bytesAfter: after.bytes }),
    ...{ inserted: sum('inserted'), updated: sum('updated'), deleted: sum('deleted') },
  }
}

function compatOf({ statements, before, after }: CompatEvidence): NonNullable<EvidenceReport['compat']> {
  return statements.map((statement, place) => {
    const [earlier, later] = [before[place], after[place]]
    return {
      statement,
      ...(earlier === undefined ? {} : { before: earlier }),
      ...(later === undefined ? {} : { after: later }),
    }
  })
}
