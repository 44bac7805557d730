import type { JsonObject } from '../core/json.ts'
import type { Key, KeyRange, SliceClaim } from '../runs/slice.ts'
import type { Row, SliceCondition } from '../tasks/batch.ts'
import type { Sql } from '../tasks/sql.ts'

/** Where a batch's rows come from, once its parameters are known. */
export type SourceQuery = {
  readonly key: readonly string[]
  readonly where?: Sql
} & ({ readonly table: string; readonly query?: never } | { readonly query: Sql; readonly table?: never })

/** `running` is every state in which slices may be worked on. */
export type BatchState = 'running' | 'paused' | 'cancelled' | 'finished' | 'failed'

/** What a batch is begun with. */
export interface BatchPlan {
  /** The run that begins it. */
  readonly id: string
  readonly task: string
  /** Digest of the task's definition. */
  readonly definition: string
  readonly parameters: JsonObject
  readonly source: SourceQuery
  /** The change to a slice's rows, where it is SQL: looked at before anything is begun. */
  readonly statement?: (slice: SliceCondition) => Sql
  readonly leaseMs: number
}

/** How far a batch is, from committed checkpoints. */
export interface Tally {
  readonly state: BatchState
  /** Rows and slices whose checkpoint is committed. */
  readonly rows: number
  readonly slices: number
  readonly buried: number
  /** Slices at work, and slices that wait: for a worker, or for their time after an error. */
  readonly claimed: number
  readonly waiting: number
  /** Rows in all: an estimate of the planner's, until all slices are planned. */
  readonly totalRows: number
  readonly isPlanned: boolean
  /** An error of a slice that is to be tried again. */
  readonly error?: string
  /** What limits it, in words; why, where it failed. */
  readonly limiting?: string
  /** How many milliseconds a row takes lately. */
  readonly rowMs?: number
  /** Milliseconds until the next slice that waits after an error is due. */
  readonly nextDueMs?: number
}

/** The one who slices a batch and hands it on. A lead that was followed by another can change nothing any more. */
export interface BatchLead extends AsyncDisposable {
  readonly batch: string
  /** Plans further slices of so many rows each, at most so many. Returns how many; 0 when the range is covered. */
  extend(slices: number, rows: number): Promise<number>
  /**
   * Hands out again what workers held beyond their lease, and ends the sessions that they may still have. Returns the
   * workers.
   */
  sweep(): Promise<readonly string[]>
  /** What is due and was not sent since it is; with an age also what was sent before that many milliseconds. */
  unsent(limit: number, resendAfterMs: number | undefined): Promise<readonly SendableSlice[]>
  markSent(slices: readonly SendableSlice[]): Promise<void>
  tally(): Promise<Tally>
  /** Sets how fast the workers may go, from 0 (stop) to 1, and what limits them in words. */
  setSpeed(speed: number, limiting: string | undefined): Promise<void>
  /** Ends or rests the batch. Nothing moves a batch out of `cancelled`. */
  move(state: BatchState): Promise<void>
  /** Resolves at the latest after so long, and earlier when something happened to the batch. */
  change(withinMs: number, signal: AbortSignal): Promise<void>
}

export interface SendableSlice {
  readonly slice: number
  readonly generation: number
  readonly sending: number
}

/** What became of a slice that was worked on. */
export type SliceEnd =
  | { readonly end: 'done'; readonly rows: number; readonly speed: number }
  /** It was handed to another, or the batch may not go on: nothing of it took effect. */
  | { readonly end: 'fenced' }

/** A batch that has work, as a worker meets it. */
export interface OpenBatch {
  readonly id: string
  readonly task: string
  readonly definition: string
  readonly parameters: JsonObject
  /** Whether somebody leads it: was heard of in the last half minute. */
  readonly isLed: boolean
  /** Whether a slice is due now. */
  readonly hasWork: boolean
}

/** How a slice's work failed. */
export interface SliceFailure {
  readonly message: string
  /** Whether it says something about the rows, and so counts as a try. */
  readonly counts: boolean
  readonly delayMs: number
}

/** One slice's transaction, open. */
export interface OpenSlice {
  readonly rows: readonly Row[]
  /** Throws a `TypeError` once the slice has ended. */
  query(text: string | Sql, values?: readonly unknown[]): Promise<{ rows: readonly Row[]; count: number }>
  /** What a row is known by, with all its digits and the same in every try. Throws a `TypeError` for a row of elsewhere. */
  keyOf(row: Row): Key
  /** Commits effects and checkpoint together; `fenced` when the claim is no more this worker's. */
  commit(): Promise<SliceEnd>
  rollback(): Promise<void>
}

/** What an error of a slice's work says, in the order of the remedies. */
export type FailureKind =
  /** The database is down, full, read-only or overloaded: whoever waits loses nothing. */
  | 'away'
  /** Somebody was in the way: the same again, a little later. */
  | 'conflict'
  /** It took too long: smaller, then. */
  | 'timeout'
  /** The statement itself is wrong, whatever the rows: no slice will ever do. */
  | 'hopeless'
  /** Something about these rows. */
  | 'rows'

/** A slice as a hint names it. */
export type SliceName = Pick<SliceClaim, 'slice' | 'generation'>

/** What a worker works on, and as whom. */
export interface WorkshopPlan {
  readonly batch: string
  /** Names this worker among all, in every host. */
  readonly worker: string
  readonly source: SourceQuery
  /** The change to a slice's rows, where it is SQL. */
  readonly statement?: (slice: SliceCondition) => Sql
  readonly leaseMs: number
  readonly sliceMs: number
}

/** How often halves count as tried from the beginning, and how often their rows were tried together. */
export interface Tries {
  readonly halves: number
  readonly tried: number
}

/** Where a worker stands among those that were at work on its batch in the last seconds. */
export interface WorkerPlace {
  /** From 0 on; no two that know of each other have the same. */
  readonly rank: number
  /** How many they are, itself included. */
  readonly of: number
  /** The database's clock, in milliseconds from any beginning. */
  readonly clockMs: number
}

/** A worker's side of a batch. */
export interface SliceWorkshop extends AsyncDisposable {
  /**
   * Claims up to so many slices that are due, in the order of their keys. After a claim that failed, all that the worker
   * holds is given back first: it can't know of it. With a `share` below 1, no more than that part of what is planned
   * ahead: one at least.
   */
  claim(most: number, isRisky: boolean, leaseMs?: number, share?: number): Promise<readonly SliceClaim[]>
  /** Claims those of these that are due, in the order of their keys: not what is done, not due or somebody else's. */
  claimThese(slices: readonly SliceName[], isRisky: boolean): Promise<readonly SliceClaim[]>
  /** Keeps claims for another lease. Returns the slices that are this worker's no more. */
  renew(claims: readonly SliceClaim[], leaseMs?: number): Promise<readonly number[]>
  /** Gives claims back untried. */
  giveBack(claims: readonly SliceClaim[]): Promise<void>
  /** Carries a statement out over a slice, and its checkpoint with it. */
  apply(claim: SliceClaim): Promise<SliceEnd>
  /** Whether a slice may be carried out together with others. */
  goesWithOthers(claim: SliceClaim): boolean
  /**
   * Carries a statement out over slices one after another, each with its checkpoint for itself, in as few round trips as
   * can be. Throws the error of the first that failed: what became of those before it `outcomeOf` tells, and those after
   * it were not begun.
   */
  applyEach(claims: readonly SliceClaim[]): Promise<readonly SliceEnd[]>
  /** Opens a slice's transaction and reads its rows. */
  open(claim: SliceClaim): Promise<OpenSlice>
  /** Whether a slice whose commit was not answered is done after all, under this claim's token. */
  outcomeOf(claim: SliceClaim): Promise<SliceEnd | 'unknown'>
  fail(claim: SliceClaim, failure: SliceFailure): Promise<void>
  /** Puts two halves in a slice's place, each as good as tried so often; or buries its only row. */
  halve(claim: SliceClaim, message: string, tries: Tries): Promise<'halved' | 'buried' | 'fenced'>
  state(): Promise<{ readonly state: BatchState; readonly speed: number }>
  place(): Promise<WorkerPlace>
  /** Tells how many milliseconds a row takes lately, for whoever plans the next slices. */
  pace(rowMs: number): Promise<void>
  /** Ends the batch as failed: no slice of it will ever do. */
  giveUp(why: string): Promise<void>
  classify(error: unknown): FailureKind
  /** Cuts the connection that is worked on: what is open on it is rolled back. */
  abandon(): Promise<void>
  /** Resolves at the latest after so long, and earlier when something happened to the batch. */
  change(withinMs: number, signal: AbortSignal): Promise<void>
}

/** The slice ledger of one database: what of every batch is done, kept where it is done. */
export interface SliceLedger extends AsyncDisposable {
  /** Begins a batch and leads it, or takes the lead of it where it is. Throws what is wrong with it. */
  begin(plan: BatchPlan): Promise<BatchLead>
  /**
   * A worker's side of a batch, as soon as that has begun; what can be done before is done before. Throws
   * `BATCH_STATEMENT_WRONG` and the like.
   */
  open(plan: WorkshopPlan, begun?: Promise<void>): Promise<SliceWorkshop>
  /** How a batch stands; `undefined` for one that nobody has begun. */
  state(batch: string): Promise<BatchState | undefined>
  /** Batches whose slices may be worked on, the oldest first. */
  openBatches(): Promise<readonly OpenBatch[]>
  /** Gives back at once what a worker held that is known dead. */
  release(batch: string, worker: string): Promise<void>
  /** Does a batch's first slice and rolls it back; nothing of it is kept. */
  tryOut(plan: WorkshopPlan, rows: number, work: (slice: Trial) => Promise<void>): Promise<TrialEnd>
  /** Queries of a throttle's signals, on a connection that the batch does not work on. */
  query(text: string | Sql): Promise<readonly Row[]>
  /** Whether an error passes by itself: the database can't be reached or written now, or somebody was in the way. */
  isAway(error: unknown): boolean
  /** Resolves at the latest after so long, and earlier when something happened to any batch. */
  change(withinMs: number, signal: AbortSignal): Promise<void>
}

/** A slice that is not going to be committed. */
export interface Trial extends Pick<OpenSlice, 'rows' | 'query' | 'keyOf'> {
  readonly range: KeyRange
}

/** What a trial did before it was rolled back; `undefined` where the source has no rows. */
export type TrialEnd =
  | { readonly rows: number; readonly range: KeyRange; readonly effects: readonly TableEffect[] }
  | undefined

/** A row that no try could do, set aside so that the others go on. */
export interface BuriedRow {
  readonly slice: number
  readonly key: Key
  readonly error: string
  readonly tries: number
  readonly buriedAt: string
  readonly replayedAt?: string
}

/** What may be done to a batch from anywhere, also while nobody works on it. */
export interface BatchDesk {
  /** Moves a batch to another state; nothing moves one out of `cancelled`. Returns the state that it then has. */
  move(batch: string, state: BatchState): Promise<BatchState | undefined>
  tally(batch: string): Promise<Tally | undefined>
  /** Rows that were set aside, the oldest first. */
  buried(batch: string, limit: number): Promise<readonly BuriedRow[]>
  /** Puts buried rows back to be done again, each once however often it is asked. Returns how many. */
  replay(batch: string): Promise<number>
}

/** What a dry run would have done to one table. */
export interface TableEffect {
  readonly table: string
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
}
