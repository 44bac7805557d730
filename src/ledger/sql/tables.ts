import type { StoredEvent } from '../ledger.ts'

/** What every SQL backend keeps, one row an event, under the names of {@link StoredEvent}. */
export interface LedgerTables {
  readonly events: StoredEvent
}
