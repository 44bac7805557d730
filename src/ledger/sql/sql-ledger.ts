import type { Kysely } from 'kysely'
import type { RecordedEvent } from '../../runs/run.ts'
import { genesis } from '../chain.ts'
import type { AppendResult, Condition, Head, Ledger, NewEvent, RunQuery, StoredEvent } from '../ledger.ts'
import { appendEvent } from './append.ts'
import { findRuns } from './find.ts'
import { readHistory } from './history.ts'
import type { LedgerTables } from './tables.ts'

/** What differs between SQL databases. */
export interface SqlBackend {
  readonly location: string
  /** Turns what the database threw into an error for people, where it is one. */
  explain(error: unknown): unknown
  /** Throws when a run that begins now might not be able to end on record. */
  beforeNewRun(): Promise<void>
  /** Closes what was opened; also when nothing was asked yet, where Kysely's own `destroy` does nothing. */
  close(): Promise<void>
}

// Enough that a page costs more than asking for it, little enough to hold in memory.
const pageSize = 200

/** The ledger in any SQL database that Kysely speaks; its transactions must keep other writers out. */
export class SqlLedger implements Ledger {
  readonly location: string
  readonly #db: Kysely<LedgerTables>
  readonly #backend: SqlBackend

  constructor(db: Kysely<LedgerTables>, backend: SqlBackend) {
    this.location = backend.location
    this.#db = db
    this.#backend = backend
  }

  append(event: NewEvent, condition: Condition): Promise<AppendResult> {
    return this.#explained(async () => {
      if (condition.version === 0) await this.#backend.beforeNewRun()
      return await this.#db.transaction().execute((tx) => appendEvent(tx, event, condition))
    })
  }

  history(run: string): Promise<readonly RecordedEvent[]> {
    return this.#explained(() => readHistory(this.#db, run))
  }

  find(query: RunQuery): Promise<readonly string[]> {
    return this.#explained(() => findRuns(this.#db, query))
  }

  async *scan(after = 0): AsyncIterable<StoredEvent> {
    for (let page = await this.#page(after); page.length > 0; ) {
      yield* page
      page = await this.#page(page.at(-1)?.sequence ?? after)
    }
  }

  #page(after: number): Promise<readonly StoredEvent[]> {
    return this.#explained(() =>
      this.#db
        .selectFrom('events')
        .selectAll()
        .where('sequence', '>', after)
        .orderBy('sequence')
        .limit(pageSize)
        .execute(),
    )
  }

  head(): Promise<Head> {
    return this.#explained(async () => {
      const newest = this.#db.selectFrom('events').select(['sequence', 'hash']).orderBy('sequence', 'desc')
      return (await newest.limit(1).executeTakeFirst()) ?? genesis
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#backend.close()
  }

  async #explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw this.#backend.explain(error)
    }
  }
}
