import { Bug, PurserError } from '../../../core/errors.ts'
import type { Key } from '../../../runs/slice.ts'
import type { BatchLead, BatchPlan, BatchState, SendableSlice, Tally } from '../../slice-ledger.ts'
import { type Begun, insertBatch, takeLead, toJson } from './begin.ts'
import { nextBounds } from './bounds.ts'
import { idleWord, Listener } from './listener.ts'
import { plainText } from './plain-text.ts'
import { ensureSchema } from './schema.ts'
import { Session } from './session.ts'
import { type InspectedSource, inspectSource } from './source.ts'
import { prepareStatement } from './statement.ts'
import { takeBack } from './take-back.ts'
import { type Folded, readTally } from './tally.ts'

interface Connections {
  readonly session: Session
  readonly listener: Listener
}

/** The lead of a batch in PostgreSQL. */
export class PostgresLead implements BatchLead {
  readonly batch: string
  readonly #session: Session
  readonly #listener: Listener
  readonly #source: InspectedSource
  readonly #token: string
  readonly #last: Key | undefined
  #cursor: Key | undefined
  #next: string
  #low = '1'
  #seenAt = performance.now()
  #slices = 0
  #analyzed = 0
  // what the slices before `low` add up to: they never change again
  #folded: Folded = { rows: 0, slices: 0 }

  private constructor(
    plan: BatchPlan,
    { session, listener }: Connections,
    source: InspectedSource,
    begun: Begun,
  ) {
    this.batch = plan.id
    this.#session = session
    this.#listener = listener
    this.#source = source
    this.#token = begun.lead
    this.#last = begun.last ?? undefined
    this.#cursor = begun.cursor ?? undefined
    this.#next = begun.next
  }

  /**
   * Begins a batch, or goes on with it where it is. Throws `DATABASE_UNREACHABLE`, `BATCH_TABLES_MISSING`,
   * `BATCH_SOURCE_WRONG`, `BATCH_KEY_UNFIT`, `BATCH_STATEMENT_WRONG`.
   */
  static async begin(url: string, plan: BatchPlan): Promise<PostgresLead> {
    const session = new Session(url, plainText)
    const listener = new Listener(url, [plan.id, idleWord(plan.id)])
    void listener.listen() // connects meanwhile
    try {
      await session.use(ensureSchema)
      const source = await inspectSource(session, plan.source)
      if (plan.statement !== undefined) await prepareStatement(session, source, plan.statement)
      await insertBatch(session, source, plan)
      const begun = await takeLead(session, plan)
      return new PostgresLead(plan, { session, listener }, source, begun)
    } catch (error) {
      await Promise.all([session.drop(), listener[Symbol.asyncDispose]()])
      throw error
    }
  }

  async extend(slices: number, rows: number): Promise<number> {
    const last = this.#last
    if (last === undefined) return this.#planned([])
    const stretch = { after: this.#cursor, last }
    return this.#planned(await nextBounds(this.#session, this.#source, stretch, { slices, rows }))
  }

  async #planned(bounds: readonly { readonly upper: Key; readonly rows: number }[]): Promise<number> {
    const cursor = bounds.at(-1)?.upper ?? this.#cursor
    const { rows } = await this.#session.query<{ next: string }>({
      name: 'purser_extend',
      text: `
        with mine as (
          update purser.batches set cursor = $3::jsonb, next_slice = next_slice + $4, is_planned = $4 = 0,
            planned_rows = planned_rows + $5
          where id = $1 and lead = $2 and cursor is not distinct from $6::jsonb
          returning next_slice - $4 as first, next_slice as next
        ), added as (
          insert into purser.slices (batch, number, rows, lower, upper)
          select $1, first + n - 1, (b->>'rows')::int, coalesce(lag(b->'upper') over (order by n), $6::jsonb), b->'upper'
          from mine, jsonb_array_elements($7::jsonb) with ordinality as bounds(b, n)
        )
        select next, pg_notify('purser', $1) from mine`,
      values: [
        this.batch,
        this.#token,
        toJson(cursor),
        bounds.length,
        bounds.reduce((sum, { rows }) => sum + rows, 0),
        toJson(this.#cursor),
        JSON.stringify(bounds),
      ],
    })
    const [planned] = rows
    if (planned === undefined) return this.#catchUp()
    this.#cursor = cursor
    this.#next = planned.next
    await this.#letPlansGrow(bounds.length)
    return bounds.length
  }

  /**
   * The server keeps a session's plans until a table's statistics change: those made while there was a handful of
   * slices read all of them, which is the fast way then and a slow one later.
   */
  async #letPlansGrow(planned: number): Promise<void> {
    this.#slices += planned
    if (this.#slices < Math.max(fewSlices, this.#analyzed * 4)) return
    this.#analyzed = this.#slices
    // a role that may not is told so in a notice, and whoever holds the table is not waited for
    await this.#session.query({ text: 'analyze (skip_locked) purser.slices' })
  }

  /** After an answer that was lost: what was planned then counts as planned now. */
  async #catchUp(): Promise<number> {
    const { rows } = await this.#session.query<{ cursor: Key | null; next: string; planned: number }>({
      text: `
        select b.cursor, b.next_slice as next,
          (select count(*)::int from purser.slices s where s.batch = b.id and s.number >= $3 and s.generation = 0) as planned
        from purser.batches b where b.id = $1 and b.lead = $2`,
      values: [this.batch, this.#token, this.#next],
    })
    const [mine] = rows
    if (mine === undefined) throw displaced(this.batch)
    this.#cursor = mine.cursor ?? undefined
    this.#next = mine.next
    return mine.planned
  }

  sweep(): Promise<readonly string[]> {
    return takeBack(this.#session, this.batch, {
      condition: `s.number >= $3 and s.lease_until < clock_timestamp() and not ${isCarriedOut}
        and exists (select from purser.batches b where b.id = $1 and b.lead = $2)`,
      error: 'its worker was not heard of for longer than its lease',
      values: [this.#token, this.#low],
    })
  }

  async unsent(limit: number, resendAfterMs: number | undefined): Promise<readonly SendableSlice[]> {
    const { rows } = await this.#session.query<{ slice: string; generation: number; sending: number }>({
      name: 'purser_unsent',
      text: `
        select number as slice, generation, sending + 1 as sending from purser.slices
        where batch = $1 and number >= $2 and state = 0 and due_at <= clock_timestamp()
          and (sent_at is null or sent_at < due_at or sent_at < clock_timestamp() - $4 * interval '1 ms')
        order by number limit $3`,
      values: [this.batch, this.#low, limit, resendAfterMs ?? null],
    })
    return rows.map(({ slice, ...rest }) => ({ slice: Number(slice), ...rest }))
  }

  /** In the order in which workers claim them meanwhile: else each could wait for the other. */
  async markSent(slices: readonly SendableSlice[]): Promise<void> {
    await this.#session.query({
      name: 'purser_sent',
      text: `
        with held as (
          select number from purser.slices where batch = $1 and number = any ($2::bigint[]) order by number for update
        )
        update purser.slices s set sent_at = clock_timestamp(), sending = sent.sending
        from unnest($2::bigint[], $3::int[]) as sent(number, sending)
        where s.batch = $1 and s.number = any (array(select number from held)) and s.number = sent.number`,
      values: [this.batch, slices.map(({ slice }) => slice), slices.map(({ sending }) => sending)],
    })
  }

  async tally(): Promise<Tally> {
    await this.#showItself()
    const read = await readTally(this.#session, this.batch, this.#low, this.#folded)
    if (read === undefined) throw new Bug(`Batch ${this.batch} is not on record.`)
    const { tally, low, folded } = read
    if (low !== this.#low) {
      this.#low = low
      this.#folded = folded
      await this.#session.query({
        name: 'purser_low',
        text: 'update purser.batches set low = $2 where id = $1 and low < $2',
        values: [this.batch, low],
      })
    }
    return tally
  }

  /** Workers don't wait for a batch whose lead is dead. */
  async #showItself(): Promise<void> {
    const now = performance.now()
    if (now - this.#seenAt < seenEveryMs) return
    const { rowCount } = await this.#session.query({
      name: 'purser_lead_seen',
      text: 'update purser.batches set lead_seen = clock_timestamp() where id = $1 and lead = $2',
      values: [this.batch, this.#token],
    })
    if (rowCount === 0) throw displaced(this.batch)
    this.#seenAt = now
  }

  async setSpeed(speed: number, limiting: string | undefined): Promise<void> {
    await this.#session.query({
      name: 'purser_speed',
      text: `
        with changed as (
          update purser.batches set speed = $2, limiting = $3
          where id = $1 and lead = $4 and (speed, limiting) is distinct from ($2::real, $3::text) returning id
        )
        select pg_notify('purser', id) from changed where $2::real > 0`,
      values: [this.batch, speed, limiting ?? null, this.#token],
    })
  }

  async move(state: BatchState): Promise<void> {
    await this.#session.query({
      text: `update purser.batches set state = $2 where id = $1 and lead = $3 and state <> 'cancelled'`,
      values: [this.batch, state, this.#token],
    })
  }

  change(withinMs: number, signal: AbortSignal): Promise<void> {
    return this.#listener.change(withinMs, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#listener[Symbol.asyncDispose](), this.#session.drop()])
  }
}

// A statement has its checkpoint before its effect, and locked until its end: its lease can't be renewed meanwhile. It
// needs none, for the server carries it out, or ends it in its time, whatever became of the worker.
const isCarriedOut = `coalesce(not s.is_risky and a.state = 'active', false)`

const fewSlices = 64
const seenEveryMs = 1_000

function displaced(batch: string): PurserError {
  return new PurserError('BATCH_LED_ELSEWHERE', {
    message: `Batch ${batch} is led by another attempt since.`,
    remedy: 'Nothing is wrong with the batch: `purser show` tells which attempt leads it.',
  })
}
