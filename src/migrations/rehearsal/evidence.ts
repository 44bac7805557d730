import type { FaithfulnessCheck } from '../../databases/clone.ts'
import type {
  ClientOutcome,
  ClientStatement,
  Lacking,
  SchemaSnapshot,
  TableContent,
  TableWaiting,
} from '../../databases/inspector.ts'
import type { Statement } from '../../databases/wire.ts'
import type { PassName } from '../../runs/rehearsal.ts'

/** Whether a pass was played. `not-applicable`: there was nothing for it to look at, which is no gap. */
export interface PassRecord {
  readonly pass: PassName
  readonly result: 'done' | 'off' | 'not-applicable' | 'failed'
  /** Why it was off, not applicable or failed. */
  readonly why?: string
  readonly ms?: number
}

/** How the migration's own command ended on a clone. */
export interface MigratorEnd {
  /** Its exit code; a signal's name where it was killed. */
  readonly code: number | string
  readonly ms: number
  /** What it tried to reach beside its database: makes the verdict `not rehearsed`. */
  readonly escapes: readonly string[]
}

/** How one transaction has ended. */
export interface TransactionRecord {
  readonly session: string
  readonly transaction: number
  readonly end: 'committed' | 'rolled back'
}

/** What was written, in bytes. */
export interface DiskEvidence {
  /** To the write-ahead log. Whatever else the clone's server did at that time is in it. */
  readonly walBytes?: number
  /** How large the clone was, without temporary files of sorts; `peak` was sampled, and is a lower bound. */
  readonly diskBytes?: { readonly before: number; readonly peak: number; readonly after: number }
}

/** What the trace has seen. */
export interface TraceEvidence extends DiskEvidence {
  readonly end: MigratorEnd
  readonly statements: readonly Statement[]
  readonly transactions: readonly TransactionRecord[]
  readonly before: SchemaSnapshot
  readonly after: SchemaSnapshot
  /** Tables that existed before and that a statement has locked or worked on, by their names then. */
  readonly contentBefore: ReadonlyMap<string, TableContent>
  /** The same tables, by the names that they had before. One that is gone is missing. */
  readonly contentAfter: ReadonlyMap<string, TableContent>
  /** Those of them that were written while nobody counted their rows, by what commits inside itself. */
  readonly uncounted?: readonly string[]
  /** How many different values columns had before and have after, by `schema.table.column`: those whose content differs. */
  readonly distinct: ReadonlyMap<string, { readonly before: number; readonly after: number }>
  /** Tables in which the tool keeps its history, as `schema.name`. */
  readonly historyTables: readonly string[]
  /** Migrations that the database lacks still by the tool's own history, where that is known. */
  readonly pendingAfter?: readonly string[]
}

/** How clients' statements went before and after. */
export interface CompatEvidence {
  readonly statements: readonly ClientStatement[]
  readonly before: readonly ClientOutcome[]
  readonly after: readonly ClientOutcome[]
  /** Roles that could not be taken: their statements were tried with other rights than clients have. */
  readonly lacking?: readonly Lacking[]
}

/** Who was kept waiting for how long, by table, while nothing was observed or held. */
export type TimingEvidence = ReadonlyMap<string, TableWaiting>

/** The command run again on the same clone. */
export interface TwiceEvidence {
  readonly end: MigratorEnd
  /** Where it failed before: whether the second run failed at another statement. */
  readonly failsElsewhere: boolean
  /** Whether it changed anything. */
  readonly isFixedPoint: boolean
}

/** One death, and whether what was left could be finished. */
export interface DyingEvidence {
  /** Where it was killed, in words: `after commit 3 of 5`. */
  readonly at: string
  readonly isFinished: boolean
  readonly end: MigratorEnd
  /** In what schema and content are another than where nobody died, in words. */
  readonly differing?: readonly string[]
}

export interface UndoEvidence {
  readonly end: MigratorEnd
  /** What the way back left different, in words; also where rows had been written after the migration. */
  readonly left: readonly string[]
  /** Tables into which no such row could be written, and why, in words. */
  readonly untried?: readonly string[]
}

export interface CrowdEvidence {
  /** Pairs of tables on which the application and the migration deadlocked. */
  readonly deadlocks: readonly {
    readonly first: string
    readonly second: string
    readonly statement: number
  }[]
}

/** All that a rehearsal has seen. */
export interface Evidence {
  readonly passes: readonly PassRecord[]
  readonly trace?: TraceEvidence
  readonly compat?: CompatEvidence
  readonly timing?: TimingEvidence
  readonly twice?: TwiceEvidence
  readonly dying?: readonly DyingEvidence[]
  readonly undo?: UndoEvidence
  readonly crowd?: CrowdEvidence
  /** In what the clone was not what production is. */
  readonly unfaithful: readonly FaithfulnessCheck[]
  /** Columns that were masked, as `schema.table.column`. */
  readonly masked: readonly string[]
}
