import type { PurserError, Refusal } from '../core/errors.ts'

/**
 * A way to one database for one attempt: it logs in at the server by itself, so that the task knows no password but one of
 * its own, which is worth nothing once the wire is disposed of. Disposing ends every session that goes through it.
 */
export interface Wire extends AsyncDisposable {
  /** What the task gets in place of the database's URL: a secret of this attempt. */
  readonly url: string
}

/** How many rows a transaction has tried to change in one table: what it took back since is counted too. */
export interface RowCounts {
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
}

/** A lock on a table, an index or a sequence, as `schema.name`; `mode` as the database calls it (`AccessExclusiveLock`). */
export interface TableLock {
  readonly table: string
  readonly mode: string
}

/** What a transaction has done so far, that of triggers and cascades included. */
export interface Effects {
  /** By table, as `schema.name`. */
  readonly rows: ReadonlyMap<string, RowCounts>
  readonly locks: readonly TableLock[]
}

/** Who watches what goes through a wire. */
export interface Tap {
  /**
   * Asked before a commit is forwarded, also one that nobody wrote (a statement outside a transaction). With a refusal the
   * transaction is rolled back, and the client gets an error in place of its commit. Throwing refuses.
   */
  beforeCommit(session: string, effects: Effects): Promise<Refusal | undefined>
  /** Hears of what commits by itself, where nobody can be asked (`VACUUM`), by its first words. */
  unenforceable?(session: string, statement: string): void
}

export interface WireOptions {
  /** The address of this machine that it listens on; 127.0.0.1 unless stated. The port is any that is free. */
  readonly address?: string
  /** Refuses a pooler between here and the server (`WIRE_POOLER`): what it says of sessions and processes is not so. */
  readonly requireDirect?: boolean
  /** Watches every session. Without, not one byte is changed. */
  readonly tap?: Tap
  /** With a tap: refuses statements that commit by themselves, and is not content to say that they were not watched. */
  readonly isEnforced?: boolean
  /**
   * Hears why a client was not let in (`WIRE_REFUSED`), or got no session at the server (`DATABASE_UNREACHABLE`). The
   * client has been told the same. No password is in it.
   */
  readonly onError?: (error: PurserError) => void
}
