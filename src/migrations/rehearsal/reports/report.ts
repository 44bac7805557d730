import type { FaithfulnessCheck } from '../../../databases/clone.ts'
import type { ClientOutcome, ClientStatement, TableWaiting } from '../../../databases/inspector.ts'
import type { StatementFailure, StatementLock, TableWork } from '../../../databases/wire.ts'
import type {
  CrowdEvidence,
  DiskEvidence,
  DyingEvidence,
  MigratorEnd,
  PassRecord,
  TwiceEvidence,
  UndoEvidence,
} from '../evidence.ts'
import type { LockHold } from '../seen/lock-holds.ts'

/** Evidence as it is kept and read: plain JSON, of which reports are made. No value of the data is in it. */
export interface EvidenceReport {
  readonly passes: readonly PassRecord[]
  readonly trace?: TraceReport
  readonly compat?: readonly {
    readonly statement: ClientStatement
    readonly before?: ClientOutcome
    readonly after?: ClientOutcome
  }[]
  readonly timing?: Readonly<Record<string, TableWaiting>>
  readonly twice?: TwiceEvidence
  readonly dying?: readonly DyingEvidence[]
  readonly undo?: UndoEvidence
  readonly crowd?: CrowdEvidence
  readonly unfaithful: readonly FaithfulnessCheck[]
  readonly masked: readonly string[]
}

export interface TraceReport {
  readonly end: MigratorEnd
  readonly statements: readonly StatementReport[]
  readonly historyTables: readonly string[]
  readonly walBytes?: number
  /** How large the clone was, without temporary files. */
  readonly diskBytes?: NonNullable<DiskEvidence['diskBytes']>
  /** What is pending still by the tool's own history. */
  readonly pendingAfter?: readonly string[]
  /** Digests of the schema. */
  readonly schema: { readonly before: string; readonly after: string }
  /** What is different afterwards, in words. */
  readonly changes: readonly string[]
  /** The strongest lock on each table that was there before. */
  readonly locks: readonly LockHold[]
  /** Tables that were there before, and that the migration touched. */
  readonly tables: readonly TableReport[]
}

/** What a statement did; what is empty is left out. */
export interface StatementReport {
  readonly session: string
  readonly transaction: number
  readonly end?: 'committed' | 'rolled back'
  readonly text: string
  readonly tag?: string
  readonly failure?: StatementFailure
  readonly ms: number
  readonly notices?: readonly string[]
  readonly locks?: readonly StatementLock[]
  readonly tables?: Readonly<Record<string, TableWork>>
  readonly lockTimeoutMs: number
  readonly isAlone: boolean
}

export interface TableReport {
  readonly name: string
  /** Missing where it is gone. */
  readonly nameAfter?: string
  readonly rowsBefore: number
  readonly rowsAfter?: number
  readonly bytesBefore: number
  readonly bytesAfter?: number
  /** All that statements tried, what was taken back included. */
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
}
