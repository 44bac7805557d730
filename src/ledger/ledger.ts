import type { Place, Wiring } from '../environment/wiring.ts'
import type { RunEvent, RunEventKind } from '../runs/events.ts'
import type { RecordedEvent } from '../runs/run.ts'

/** One link of the chain, as it is stored. */
export interface StoredEvent {
  /** 1, 2, 3 … without a gap. */
  readonly sequence: number
  readonly run: string
  readonly kind: string
  /** Milliseconds since the epoch, by the clock of whoever appended it. */
  readonly at: number
  /** What it claims or, when it ends a run, gives up. */
  readonly claim: string | null
  /** JSON, to the letter; `null` when retention dropped it. */
  readonly body: string | null
  /** SHA-256 of the body, in hex. */
  readonly bodyHash: string
  /** The hash of the event before it; 64 zeros for the first. */
  readonly previous: string
  readonly hash: string
}

/** The end of the chain. Kept elsewhere, it proves later that no tail was cut off. */
export interface Head {
  readonly sequence: number
  readonly hash: string
}

/** What is to be appended. `at` is in milliseconds since the epoch. */
export interface NewEvent {
  readonly run: string
  readonly event: RunEvent
  readonly at: number
  /**
   * Held by this run from here until the event that ends it, which gives it up by itself. A run holds one claim at
   * most.
   */
  readonly claim?: string
}

/** What must hold at the instant of the append. */
export interface Condition {
  /** How many events the run has so far; 0 for a new one. */
  readonly version: number
}

/** The new end of the chain, or why nothing was appended. */
export type AppendResult =
  | { readonly appended: Head }
  /** Somebody else wrote to this run first. */
  | { readonly conflict: 'version' }
  /** Another run that has not ended holds the claim. */
  | { readonly conflict: 'claim'; readonly holder: string }

/** Which runs are looked for; all of them unless something is stated. */
export interface RunQuery {
  /** Ids that begin with this. */
  readonly prefix?: string
  /** Only runs that have not ended. */
  readonly open?: boolean
  readonly limit?: number
}

/** The append-only history of runs. It has no update and no delete. */
export interface Ledger extends AsyncDisposable {
  /** Where it is, in words for people. */
  readonly location: string
  append(event: NewEvent, condition: Condition): Promise<AppendResult>
  history(run: string): Promise<readonly RecordedEvent[]>
  /** Ids of runs, the newest request first. */
  find(query: RunQuery): Promise<readonly string[]>
  /** All events after a sequence number, in order, read in pages. */
  scan(after?: number): AsyncIterable<StoredEvent>
  head(): Promise<Head>
}

const endings: readonly RunEventKind[] = ['ended', 'refused']

/** Whether an event of this kind is a run's last. */
export function endsRun(kind: string): boolean {
  return endings.some((ending) => ending === kind)
}

/** A ledger as the configuration names it. */
export interface LedgerWiring extends Wiring<Ledger> {
  /** Opens it where it can't be written (a full disk, a copy for an auditor); appending throws `LEDGER_UNWRITABLE`. */
  openToRead(place: Place): Promise<Ledger>
}
