import type { Duplex } from 'node:stream'
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

/** Whom a lock keeps waiting for as long as it is held. */
export type Blocks = 'nobody' | 'writers' | 'readers and writers'

/** A lock that a statement has taken or held, told of the table that it is about. */
export interface StatementLock {
  /** As `schema.name`. That of the index, where `relation` is one. */
  readonly table: string
  /** What is locked: the table itself, or one of its indexes. */
  readonly relation: string
  readonly mode: string
  readonly blocks: Blocks
}

/** What one statement did to one table, by itself, its triggers and cascades. */
export interface TableWork extends RowCounts {
  /** How many rows it read by sequential scans; a lower bound: the server does not tell what parallel workers have read. */
  readonly scanned: number
  /** Its storage was written anew (a rewrite, a `TRUNCATE`): how many bytes that has now. */
  readonly replaced?: { readonly bytes: number }
  /** Indexes of it that were built, or built anew, as `schema.name`. */
  readonly built: readonly string[]
}

/** One statement as it was seen at work. No value of the data is in it, and no parameter. */
export interface Statement {
  readonly session: string
  /** Counts the session's transactions; statements of one transaction share it. */
  readonly transaction: number
  /**
   * As it was sent, without a semicolon at its end, and cut after 10,000 characters. In statements that carry data
   * (`INSERT`, `UPDATE`, `COPY` …) or passwords, constants are replaced by `…`, and comments are left out.
   */
  readonly text: string
  /** What the server calls it once it is done, without counts (`ALTER TABLE`). Missing where it failed. */
  readonly tag?: string
  readonly failure?: StatementFailure
  /** In milliseconds since the epoch, and how long it took. */
  readonly startedAt: number
  readonly ms: number
  /** SQLSTATEs of the notices and warnings that came with it. */
  readonly notices: readonly string[]
  /** Locks that no earlier statement of its transaction had taken. */
  readonly locks: readonly StatementLock[]
  /** Locks of earlier statements of its transaction, held while it worked. */
  readonly held: readonly StatementLock[]
  /** By table, as `schema.name`. */
  readonly tables: ReadonlyMap<string, TableWork>
  /** After how many milliseconds it would have stopped to wait for a lock; 0: never. */
  readonly lockTimeoutMs: number
  /** It commits by itself (`VACUUM`, `CREATE INDEX CONCURRENTLY`): what is told of it was sampled, and is a lower bound. */
  readonly isAlone: boolean
}

/** Why the server refused a statement. Its message is left out: it may quote data. */
export interface StatementFailure {
  readonly sqlState: string
  /** As far as the server tells, as `schema.name`; a constraint or a column by its own name. */
  readonly table?: string
  readonly column?: string
  readonly constraint?: string
}

/** Who watches what goes through a wire. */
export interface Tap {
  /**
   * Asked once, when the first statement of all sessions has come and before it is forwarded. With a refusal, or where it
   * throws, no statement of any session ever is.
   */
  beforeFirstStatement?(): Promise<Refusal | undefined>
  /** Hears of every statement when it is done. Its transaction is open still; it waits for nobody. */
  afterStatement?(statement: Statement): void
  /** Hears how a transaction has ended. */
  afterTransaction?(session: string, transaction: number, end: 'committed' | 'rolled back'): void
  /**
   * Asked before a commit is forwarded, also one that nobody wrote (a statement outside a transaction). With a refusal the
   * transaction is rolled back, and the client gets an error in place of its commit. Throwing refuses.
   */
  beforeCommit(session: string, effects: Effects): Promise<Refusal | undefined>
  /**
   * Where a wire is enforced: whether a statement that commits by itself (`VACUUM`, `CREATE INDEX CONCURRENTLY`) may, by its
   * text as `Statement` tells it. None may unless somebody says so.
   */
  mayCommitByItself?(text: string): boolean
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
   * Limits that every session begins with; what a session sets by itself wins. With a tap, and `lockTimeoutMs` here or
   * `isEnforced`, a statement that waited for a lock in vain is tried again, if it is the first work of its transaction and
   * of what was sent with it, or commits by itself.
   */
  readonly budgets?: Budgets
  /** Opens the connections to the server, from wherever that is reached. */
  readonly dial?: (host: string, port: number) => Promise<Duplex>
  /**
   * Hears why a client was not let in (`WIRE_REFUSED`), or got no session at the server (`DATABASE_UNREACHABLE`). The
   * client has been told the same. No password is in it.
   */
  readonly onError?: (error: PurserError) => void
}

/** How long a statement may wait for a lock, and work, in milliseconds. */
export interface Budgets {
  readonly lockTimeoutMs?: number
  readonly statementTimeoutMs?: number
}
