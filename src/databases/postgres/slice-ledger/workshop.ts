import type { Client } from 'pg'
import type { SliceClaim } from '../../../runs/slice.ts'
import type {
  BatchState,
  FailureKind,
  OpenSlice,
  SliceEnd,
  SliceFailure,
  SliceWorkshop,
  WorkshopPlan,
} from '../../slice-ledger.ts'
import { classify } from '../sql-state.ts'
import { type Claimant, claimOne, claimSome, giveBack, renewClaims } from './claims.ts'
import { failSlice, halveSlice, sliceOutcome } from './failures.ts'
import { Listener } from './listener.ts'
import { openSlice } from './open-slice.ts'
import { plainText } from './plain-text.ts'
import { Session } from './session.ts'
import { type InspectedSource, inspectKey } from './source.ts'
import { prepareStatement, type SliceStatement } from './statement.ts'

/** A worker's side of a batch in PostgreSQL: one connection to work on, one to keep its leases on, one to listen on. */
export class PostgresWorkshop implements SliceWorkshop {
  readonly #batch: string
  readonly #work: Session
  readonly #side: Session
  readonly #listener: Listener
  readonly #claimant: Claimant
  readonly #source: InspectedSource
  readonly #statement: SliceStatement | undefined
  // Slices before this one were met already; what came back since is looked for now and then.
  #next = 0
  #lookedBackAt = 0

  private constructor(
    url: string,
    plan: WorkshopPlan,
    work: Session,
    side: Session,
    source: InspectedSource,
    statement: SliceStatement | undefined,
  ) {
    this.#batch = plan.batch
    this.#work = work
    this.#side = side
    this.#listener = new Listener(url, plan.batch)
    this.#claimant = { batch: plan.batch, worker: plan.worker, leaseMs: plan.leaseMs }
    this.#source = source
    this.#statement = statement
  }

  /** Throws `DATABASE_UNREACHABLE`, `BATCH_SOURCE_WRONG`, `BATCH_STATEMENT_WRONG`. */
  static async open(url: string, plan: WorkshopPlan): Promise<PostgresWorkshop> {
    const work = new Session(url, (client) => prepareToWork(client, plan), `purser ${plan.batch}`)
    const side = new Session(url, plainText)
    try {
      const source = await inspectKey(side, plan.source)
      const statement =
        plan.statement === undefined ? undefined : await prepareStatement(side, source, plan.statement)
      return new PostgresWorkshop(url, plan, work, side, source, statement)
    } catch (error) {
      await Promise.all([work.drop(), side.drop()])
      throw error
    }
  }

  async claim(most: number, isRisky: boolean): Promise<readonly SliceClaim[]> {
    const now = performance.now()
    const looksBack = now - this.#lookedBackAt >= lookBackEveryMs
    const from = looksBack ? 0 : this.#next
    const claims = await claimSome(this.#work, this.#claimant, { from, most, isRisky })
    if (looksBack) this.#lookedBackAt = now
    if (claims.length === 0 && !looksBack) {
      this.#lookedBackAt = 0
      return this.claim(most, isRisky)
    }
    this.#next = Math.max(this.#next, (claims.at(-1)?.slice ?? -1) + 1)
    return claims
  }

  claimOne(slice: number, generation: number, isRisky: boolean): Promise<SliceClaim | undefined> {
    return claimOne(this.#work, this.#claimant, { slice, generation, isRisky })
  }

  renew(claims: readonly SliceClaim[]): Promise<readonly number[]> {
    return renewClaims(this.#side, this.#claimant, claims)
  }

  giveBack(claims: readonly SliceClaim[]): Promise<void> {
    return giveBack(this.#side, this.#batch, claims)
  }

  async apply(claim: SliceClaim): Promise<SliceEnd> {
    if (this.#statement === undefined) throw new TypeError('This batch has no statement.')
    return this.#statement.apply(this.#work, claim)
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

  halve(claim: SliceClaim, message: string, tries: number): Promise<'halved' | 'buried' | 'fenced'> {
    return halveSlice(this.#side, this.#source, claim, { message, tries })
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

const lookBackEveryMs = 500

async function prepareToWork(client: Client, { sliceMs }: WorkshopPlan): Promise<void> {
  await client.query(`set statement_timeout = ${Math.round(sliceMs)}`)
}
