import type { Hazard } from './finding.ts'

/**
 * What makes a rehearsal fail. `measured`: what took longer, or was more, than a limit; for clones of production's size.
 * `strict`: what was seen to happen, however short it was here; for clones that are smaller than production.
 */
export interface RehearsalPolicy {
  readonly mode: 'measured' | 'strict'
  /** How long readers and writers of a table may be kept waiting, in milliseconds. 200 and 1,000 unless stated. */
  readonly maxBlockedMs: Blocked
  /** The same for single tables, as `schema.table`. */
  readonly tables: Readonly<Record<string, Partial<Blocked>>>
  /** How old a passing rehearsal may be, in milliseconds. A week unless stated. */
  readonly maxAgeMs: number
  /** By which share more rows than rehearsed a run may change. 0.1 unless stated; 100 rows are always within it. */
  readonly rowTolerance: number
  readonly accepted: readonly Acceptance[]
}

export interface Blocked {
  readonly reads: number
  readonly writes: number
}

/** A finding that somebody has decided to live with. */
export interface Acceptance {
  readonly hazard: Hazard
  /** As `schema.table`; any table unless stated. */
  readonly table?: string
  readonly reason: string
  /** A date (`2027-01-31`) after which it counts again. */
  readonly until: string
}

const day = 86_400_000

export const defaultPolicy: RehearsalPolicy = {
  mode: 'measured',
  maxBlockedMs: { reads: 200, writes: 1_000 },
  tables: {},
  maxAgeMs: 7 * day,
  rowTolerance: 0.1,
  accepted: [],
}
