import type { Sql } from './sql.ts'

/** What a signal's own function is given. */
export interface SignalContext {
  /** Runs a query on a connection that the batch does not work on. */
  query(text: string | Sql): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Aborts when the reading is late. */
  readonly signal: AbortSignal
}

/**
 * Something that a batch yields to. It is read once a second while the batch works; below `max` the batch speeds up,
 * above it slows down, and where it can't be read the batch stops.
 */
export interface ThrottleSignal {
  /** For people: `replica lag`. */
  readonly name: string
  readonly unit: string
  /** What is still good. */
  readonly max: number
  /** The reading now, in `unit`; of several the worst. Throws when it can't be read. */
  read(context: SignalContext): Promise<number>
}
