import type { Client } from 'pg'
import type { SliceClaim } from '../../../runs/slice.ts'
import type {
  BatchState,
  FailureKind,
  OpenSlice,
  SliceEnd,
  SliceFailure,
  SliceName,
  SliceWorkshop,
  Tries,
  WorkerPlace,
  WorkshopPlan,
} from '../../slice-ledger.ts'
import { classify } from '../sql-state.ts'
import { type Claimant, claimSome, claimThese, giveBack, giveBackAll, renewClaims } from './claims.ts'
import { failSlice, halveSlice, sliceOutcome } from './failures.ts'
import { idleWord, Listener } from './listener.ts'
import { openSlice } from './open-slice.ts'
import { placeOf } from './place.ts'
import { plainText } from './plain-text.ts'
import { planOnce } from './plan-shape.ts'
import { applySeries, fitsSeries } from './series.ts'
import { Session } from './session.ts'
import { type InspectedSource, inspectKey } from './source.ts'
import { prepareStatement, type SliceStatement } from './statement.ts'

interface Furnishing extends Connections, Reading {
  readonly planning: Planning
}

/** What the server says of a batch's source and statement. */
interface Reading {
  readonly source: InspectedSource
  readonly statement: SliceStatement | undefined
}

interface Connections {
  readonly work: Session
  readonly side: Session
  readonly listener: Listener
}

/** A worker's side of a batch in PostgreSQL: one connection to work on, one to keep its leases on, one to listen on. */
export class PostgresWorkshop implements SliceWorkshop {
  readonly #batch: string
  readonly #work: Session
  readonly #planning: Planning
  readonly #side: Session
  readonly #listener: Listener
  readonly #claimant: Claimant
  readonly #source: InspectedSource
  readonly #statement: SliceStatement | undefined
  readonly #sliceMs: number
  // Slices before this one were met already; what came back since is looked for now and then.
  #next = 0
  #mayHoldUnknown = false
  #isIdle = true
  #lookedBackAt = Number.NEGATIVE_INFINITY

  private constructor(plan: WorkshopPlan, { work, side, listener, planning, source, statement }: Furnishing) {
    this.#planning = planning
    this.#batch = plan.batch
    this.#work = work
    this.#side = side
    this.#listener = listener
    this.#claimant = { batch: plan.batch, worker: plan.worker, leaseMs: plan.leaseMs }
    this.#source = source
    this.#statement = statement
    this.#sliceMs = plan.sliceMs
  }

  /** Throws `DATABASE_UNREACHABLE`, `BATCH_SOURCE_WRONG`, `BATCH_STATEMENT_WRONG`. */
  static async open(
    url: string,
    plan: WorkshopPlan,
    begun: Promise<void> = Promise.resolve(),
  ): Promise<PostgresWorkshop> {
    const planning = { isLookedAt: false, isOnce: false }
    // the server gives up before: this is for one that does not answer at all
    const answerWithinMs = plan.sliceMs + silenceMs
    const work = new Session(url, (client) => prepareToWork(client, plan, planning), {
      name: `purser ${plan.batch}`,
      answerWithinMs,
    })
    const side = new Session(url, plainText, { answerWithinMs })
    const listener = new Listener(url, [plan.batch])
    try {
      const connections = { work, side, listener }
      const reading = await readUntil(begun, connections, plan)
      return new PostgresWorkshop(plan, { ...connections, ...reading, planning })
    } catch (error) {
      await Promise.all([work.drop(), side.drop(), listener[Symbol.asyncDispose]()])
      throw error
    }
  }

  async claim(
    most: number,
    isRisky: boolean,
    leaseMs: number = this.#claimant.leaseMs,
    share = 1,
  ): Promise<readonly SliceClaim[]> {
    const now = performance.now()
    const looksBack = now - this.#lookedBackAt >= lookBackEveryMs
    const from = looksBack ? 0 : this.#next
    const claims = await this.#surely(() =>
      claimSome(this.#work, { ...this.#claimant, leaseMs }, { from, most, share, isRisky }),
    )
    if (looksBack) this.#lookedBackAt = now
    if (claims.length === 0 && !looksBack) {
      this.#lookedBackAt = Number.NEGATIVE_INFINITY
      return this.claim(most, isRisky, leaseMs, share)
    }
    this.#next = Math.max(this.#next, (claims.at(-1)?.slice ?? -1) + 1)
    await this.#sayIdle(claims.length === 0)
    return claims
  }

  async #sayIdle(isIdle: boolean): Promise<void> {
    if (isIdle && !this.#isIdle) {
      await this.#side.query({ text: `select pg_notify('purser', $1)`, values: [idleWord(this.#batch)] })
    }
    this.#isIdle = isIdle
  }

  claimThese(slices: readonly SliceName[], isRisky: boolean): Promise<readonly SliceClaim[]> {
    return this.#surely(() => claimThese(this.#work, this.#claimant, { slices, isRisky }))
  }

  /** What a claim whose answer was lost has taken would count as tried, once its lease is over. */
  async #surely<T>(claim: () => Promise<T>): Promise<T> {
    if (this.#mayHoldUnknown) await giveBackAll(this.#side, this.#claimant)
    this.#mayHoldUnknown = true
    const claimed = await claim()
    this.#mayHoldUnknown = false
    return claimed
  }

  renew(claims: readonly SliceClaim[], leaseMs: number = this.#claimant.leaseMs): Promise<readonly number[]> {
    return renewClaims(this.#side, { ...this.#claimant, leaseMs }, claims, this.#work.backend)
  }

  giveBack(claims: readonly SliceClaim[]): Promise<void> {
    return giveBack(this.#side, this.#batch, claims)
  }

  goesWithOthers(claim: SliceClaim): boolean {
    const statement = this.#statement?.atOnce?.other
    return statement !== undefined && fitsSeries(statement, claim)
  }

  async apply(claim: SliceClaim): Promise<SliceEnd> {
    const [end] = await this.applyEach([claim])
    if (end === undefined) throw new TypeError('unreachable')
    return end
  }

  async applyEach(claims: readonly SliceClaim[]): Promise<readonly SliceEnd[]> {
    const statement = this.#statement
    if (statement === undefined) throw new TypeError('This batch has no statement.')
    await this.#lookAtPlan(statement, claims)
    const other = statement.atOnce?.other
    // many are there where they are quick: the server gives up the first that is not, before this
    if (other !== undefined && claims.every((claim) => fitsSeries(other, claim)))
      return applySeries(this.#work, other, claims, Math.min(longestTimerMs, 2 * this.#sliceMs + silenceMs))
    const ends: SliceEnd[] = []
    for (const claim of claims) ends.push(await statement.apply(this.#work, claim))
    return ends
  }

  /** Once, and before the first slice that has both bounds. */
  async #lookAtPlan({ atOnce }: SliceStatement, claims: readonly SliceClaim[]): Promise<void> {
    const claim = claims.find(({ lower }) => lower !== undefined)
    if (atOnce === undefined || claim === undefined || this.#planning.isLookedAt) return
    this.#planning.isOnce = await planOnce(this.#work, atOnce.other, claim)
    this.#planning.isLookedAt = true
  }

  open(claim: SliceClaim): Promise<OpenSlice> {
    return openSlice(this.#work, this.#source, claim)
  }

  async outcomeOf(claim: SliceClaim): Promise<SliceEnd | 'unknown'> {
    return sliceOutcome(this.#side, claim)
  }

  fail(claim: SliceClaim, failure: SliceFailure): Promise<void> {
    return failSlice(this.#side, claim, failure)
  }

  halve(claim: SliceClaim, message: string, tries: Tries): Promise<'halved' | 'buried' | 'fenced'> {
    return halveSlice(this.#side, this.#source, claim, { message, ...tries })
  }

  place(): Promise<WorkerPlace> {
    return placeOf(this.#side, this.#claimant)
  }

  async pace(rowMs: number): Promise<void> {
    await this.#side.query({
      name: 'purser_pace',
      text: 'update purser.batches set row_ms = coalesce(row_ms * 0.7 + $2 * 0.3, $2) where id = $1',
      values: [this.#batch, rowMs],
    })
  }

  async giveUp(why: string): Promise<void> {
    await this.#side.query({
      text: `
        with failed as (
          update purser.batches set state = 'failed', limiting = $2 where id = $1 and state = 'running' returning id
        )
        select pg_notify('purser', id) from failed`,
      values: [this.#batch, why],
    })
  }

  classify(error: unknown): FailureKind {
    return classify(error)
  }

  async abandon(): Promise<void> {
    await this.#work.drop()
  }

  async state(): Promise<{ readonly state: BatchState; readonly speed: number }> {
    const { rows } = await this.#side.query<{ state: BatchState; speed: number }>({
      name: 'purser_state',
      text: 'select state, speed from purser.batches where id = $1',
      values: [this.#batch],
    })
    return rows[0] ?? { state: 'cancelled', speed: 0 }
  }

  change(withinMs: number, signal: AbortSignal): Promise<void> {
    return this.#listener.change(withinMs, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#work.drop(), this.#side.drop(), this.#listener[Symbol.asyncDispose]()])
  }
}

const silenceMs = 30_000
const longestTimerMs = 2 ** 31 - 1
const lookBackEveryMs = 500

/** Whether the task's statement is planned once, or for every slice. */
interface Planning {
  isLookedAt: boolean
  isOnce: boolean
}

/** Connects, and has the server read source and statement, while the batch is put on record. */
async function readUntil(
  begun: Promise<void>,
  { work, side, listener }: Connections,
  plan: WorkshopPlan,
): Promise<Reading> {
  const early = read(work, plan)
  early.catch(() => {})
  void side.client().catch(() => {}) // what is wrong shows at the first renewal
  void listener.listen()
  await begun
  // what is wrong is the lead's to say, and it has found nothing
  const reading = await early.catch(() => read(work, plan))
  // a statement that can't stand beside its checkpoint may have missed Purser's tables only
  return reading.statement === undefined || reading.statement.atOnce !== undefined
    ? reading
    : read(work, plan)
}

async function read(work: Session, { source: query, statement: written }: WorkshopPlan): Promise<Reading> {
  const source = await inspectKey(work, query)
  return { source, statement: written && (await prepareStatement(work, source, written)) }
}

async function prepareToWork(client: Client, { sliceMs }: WorkshopPlan, planning: Planning): Promise<void> {
  // Whoever waits for somebody's lock is told so before its time is up: it is no fault of the rows.
  const lockMs = Math.max(1, Math.round(sliceMs * 0.8))
  await client.query(`
    set statement_timeout = ${Math.round(sliceMs)};
    set idle_in_transaction_session_timeout = ${Math.round(sliceMs) + 30_000};
    select set_config('lock_timeout', '${lockMs}', false) from pg_settings
    where name = 'lock_timeout' and setting::int not between 1 and ${lockMs}`)
  await setPlanning(client, planning)
}

async function setPlanning(client: Client, { isOnce }: Planning): Promise<void> {
  if (isOnce) await client.query('set plan_cache_mode = force_generic_plan')
}
