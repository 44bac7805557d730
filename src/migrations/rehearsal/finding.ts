/** What can be wrong with a migration, and what each name means. The names are stable: reports and policies use them. */
export const hazards = {
  table_rewrite: 'A table is written anew under a lock that keeps readers waiting.',
  blocks_reads_writes: 'Readers and writers wait while something as large as the table is done.',
  blocks_writes: 'Writers wait while something as large as the table is done.',
  lock_queue: 'It waits for a strong lock without a short lock_timeout, and everybody queues behind it.',
  long_lock_hold:
    'A lock taken for something quick is held while something slow runs in the same transaction.',
  bloat: 'Every row of a large table is written anew in one statement.',
  missing_fk_index:
    'No index begins with the columns of a new foreign key: deletes of the parent scan the child.',
  fails_on_data: 'It fails because of rows that are there.',
  fails_always: 'It fails whatever the data.',
  partial_apply: 'It fails half-way, leaves its first half, and a second run fails elsewhere.',
  no_effect: 'It says that it succeeded, and changed nothing or left something invalid.',
  data_loss: 'Rows or values are gone.',
  breaks_clients: 'A statement of the running release fails, or means something else, afterwards.',
  weakened_integrity: 'Something that protected the data is gone or not valid.',
  semantic_change: 'Values or names become something else than was meant.',
  deadlock_risk: 'It takes locks in an order opposite to that of the application.',
  not_undone: 'Its way back does not lead back.',
  not_repeatable: 'A second run does not find everything done.',
} as const satisfies Record<string, string>

export type Hazard = keyof typeof hazards

/** One thing that a rehearsal has found. */
export interface Finding {
  readonly hazard: Hazard
  /** `fails` unless the policy lets it pass; `notes` is only worth knowing. */
  readonly weight: 'fails' | 'notes'
  /** As `schema.name`. */
  readonly table?: string
  /** The statement that showed it, by its place in the evidence. */
  readonly statement?: number
  /** What was seen, in a sentence with numbers. No value of the data. */
  readonly evidence: string
  /** The safe way to write it. */
  readonly remedy: string
  /** Why it counts no more, and until when. */
  readonly accepted?: { readonly reason: string; readonly until: string }
}
