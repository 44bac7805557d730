import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PostgresSliceLedger } from '../../../src/databases/postgres/slice-ledger/postgres-slice-ledger.ts'
import type { BatchLead, SliceWorkshop, WorkshopPlan } from '../../../src/databases/slice-ledger.ts'
import type { SliceClaim } from '../../../src/runs/slice.ts'
import { sql } from '../../../src/tasks/sql.ts'
import { type BatchDatabase, makeBatchDatabase } from '../../support/batch-database.ts'
import { allPrograms, type Postgres, startPostgres } from '../../support/postgres.ts'
import { type ModelSlice, SliceModel } from './slice-model.ts'

const rowsInAll = 40
const which = fc.nat({ max: 50 })
const worker = fc.constantFrom(0, 1)
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('extend'),
      slices: fc.integer({ min: 1, max: 3 }),
      rows: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('claim'),
      worker,
      most: fc.integer({ min: 1, max: 3 }),
      isRisky: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('claim one'), worker, which }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('apply'), which }) },
  { weight: 6, arbitrary: fc.record({ does: fc.constant('handle'), which }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('roll back'), which }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('fail'), which, counts: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('give back'), which }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('halve'), which }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('renew'), which }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('ask for the outcome'), which }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('expire'), which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constantFrom('pause', 'resume', 'stop', 'go', 'replay', 'zombie lead', 'worker dies'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('cancel'),
      isMeant: fc.constantFrom(false, false, false, true),
    }),
  },
) as fc.Arbitrary<Step>

interface Step {
  readonly does: string
  readonly slices: number
  readonly rows: number
  readonly worker: 0 | 1
  readonly most: number
  readonly isRisky: boolean
  readonly which: number
  readonly counts: boolean
  readonly isMeant: boolean
}

const source = { table: 'places', key: ['id'] }
const statement: NonNullable<WorkshopPlan['statement']> = (slice) =>
  sql`update places set applied = applied + 1 where ${slice}`

describe.each(await allPrograms())('PostgreSQL $version: any order of', (programs) => {
  let server: Postgres
  let database: BatchDatabase
  beforeAll(async () => {
    server = await startPostgres('secret', { programs })
    database = await makeBatchDatabase(server)
    await database.rows('create table places (id int primary key, applied int not null)')
  })
  afterAll(async () => {
    await database[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  it('claims, ends, failures, deaths and orders does each row once', async () => {
    let batches = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 90, size: 'max' }), async (steps) => {
        batches += 1
        await using play = await Play.begin(database, `batch-${batches}`)
        for (const each of steps) await play.take(each)
        await play.end()
      }),
      { numRuns: 25 },
    )
  })
})

/** One batch, with the model of it beside. */
class Play implements AsyncDisposable {
  readonly #database: BatchDatabase
  readonly #batch: string
  readonly #model = new SliceModel(rowsInAll)
  readonly #ledger: PostgresSliceLedger
  readonly #shops: SliceWorkshop[] = []
  readonly #leads: BatchLead[] = []
  /** All there ever were, with whom. Their number in here is what the model knows them by. */
  readonly #claims: { readonly claim: SliceClaim; readonly shop: SliceWorkshop; readonly worker: string }[] =
    []

  private constructor(database: BatchDatabase, batch: string) {
    this.#database = database
    this.#batch = batch
    this.#ledger = new PostgresSliceLedger(database.url)
  }

  static async begin(database: BatchDatabase, batch: string): Promise<Play> {
    await database.rows('drop schema if exists purser cascade')
    await database.rows('truncate places')
    await database.rows(`insert into places select n, 0 from generate_series(1, ${rowsInAll}) n`)
    const play = new Play(database, batch)
    await play.#lead()
    for (const worker of ['one', 'two']) {
      const plan = { batch, worker, source, statement, leaseMs: 60_000, sliceMs: 30_000 }
      play.#shops.push(await play.#ledger.open(plan))
    }
    return play
  }

  async #lead(): Promise<void> {
    const plan = { id: this.#batch, task: 't', definition: 'd', parameters: {}, source, leaseMs: 60_000 }
    this.#leads.unshift(await this.#ledger.begin(plan))
  }

  get #current(): BatchLead {
    return this.#leads[0] as BatchLead
  }

  async take(step: Step): Promise<void> {
    const model = this.#model
    switch (step.does) {
      case 'extend':
        expect(await this.#current.extend(step.slices, step.rows)).toBe(model.extend(step.slices, step.rows))
        return
      case 'claim':
        return this.#claim(step)
      case 'claim one':
        return this.#claimOne(step)
      case 'pause':
        expect(await this.#database.desk.move(this.#batch, 'paused')).toBe(
          model.state === 'cancelled' ? 'cancelled' : 'paused',
        )
        if (model.state === 'running') model.state = 'paused'
        return
      case 'resume':
        await this.#lead()
        if (model.state !== 'cancelled') model.state = 'running'
        return
      case 'cancel':
        if (!step.isMeant) return
        expect(await this.#database.desk.move(this.#batch, 'cancelled')).toBe('cancelled')
        model.state = 'cancelled'
        return
      case 'stop':
      case 'go':
        model.speed = step.does === 'go' ? 1 : 0
        return this.#current.setSpeed(model.speed, 'a test')
      case 'replay':
        expect(await this.#database.desk.replay(this.#batch)).toBe(model.replay())
        return
      case 'zombie lead':
        return this.#zombie()
      case 'worker dies':
        return this.#die()
      default: {
        const number = step.which % Math.max(1, this.#claims.length)
        const held = this.#claims[number]
        if (held !== undefined) await this.#with({ ...held, number }, step)
      }
    }
  }

  async #claim({ worker, most, isRisky }: Step): Promise<void> {
    const [model, shop] = [this.#model, this.#shops[worker] as SliceWorkshop]
    const waiting = model.mayGoOn ? model.all('waiting') : []
    const claims = await shop.claim(most, isRisky)
    if (waiting.length > 0) expect(claims.length).toBeGreaterThan(0)
    expect(claims.length).toBeLessThanOrEqual(Math.min(most, waiting.length))
    for (const claim of claims) this.#hold(shop, worker, claim, isRisky)
  }

  async #claimOne({ worker, which }: Step): Promise<void> {
    const [model, shop] = [this.#model, this.#shops[worker] as SliceWorkshop]
    const slice = model.slices.get(which % (model.slices.size + 1))
    const name = { slice: slice?.number ?? 0, generation: slice?.generation ?? 0 }
    const [claim] = await shop.claimThese([name], true)
    expect(claim !== undefined).toBe(slice?.state === 'waiting' && model.mayGoOn)
    if (claim !== undefined) this.#hold(shop, worker, claim, true)
  }

  #hold(shop: SliceWorkshop, worker: number, claim: SliceClaim, isRisky: boolean): void {
    const slice = this.#model.slices.get(claim.slice) as ModelSlice
    const { state, generation, tries, first, last } = slice
    expect({ state, generation, tries }).toEqual({
      state: 'waiting',
      generation: claim.generation,
      tries: claim.tries,
    })
    expect([Number(claim.lower?.[0] ?? 0) + 1, Number(claim.upper[0]), claim.rows]).toEqual([
      first,
      last,
      last - first + 1,
    ])
    for (const { claim: other } of this.#claims.filter(({ claim: { slice } }) => slice === claim.slice)) {
      expect(claim.token).toBeGreaterThan(other.token)
    }
    Object.assign(slice, { state: 'claimed', claim: this.#claims.length, isRisky })
    this.#claims.push({ claim, shop, worker: ['one', 'two'][worker] ?? '' })
  }

  async #with(
    {
      claim,
      shop,
      number,
    }: { readonly claim: SliceClaim; readonly shop: SliceWorkshop; readonly number: number },
    { does, counts }: Step,
  ): Promise<void> {
    const model = this.#model
    const slice = model.holds(claim.slice, number)
    const done = { end: 'done', rows: claim.rows, speed: expect.any(Number) }
    switch (does) {
      case 'apply': {
        const isDone = slice !== undefined && model.mayGoOn
        expect(await shop.apply(claim)).toEqual(isDone ? done : { end: 'fenced' })
        if (isDone) model.finish(slice)
        return
      }
      case 'handle': {
        const open = await shop.open(claim)
        await open.query('update places set applied = applied + 1 where id = any($1)', [
          open.rows.map(({ id }) => id),
        ])
        expect(await open.commit()).toEqual(slice === undefined ? { end: 'fenced' } : done)
        if (slice !== undefined) model.finish(slice)
        return
      }
      case 'roll back': {
        const open = await shop.open(claim)
        await open.query('update places set applied = 99')
        return open.rollback()
      }
      case 'fail':
        await shop.fail(claim, { message: 'no luck', counts, delayMs: 0 })
        if (slice !== undefined)
          Object.assign(slice, { state: 'waiting', tries: slice.tries + Number(counts) })
        return
      case 'give back':
        await shop.giveBack([claim])
        if (slice !== undefined) slice.state = 'waiting'
        return
      case 'halve':
        expect(await shop.halve(claim, 'too much', { halves: 2, tried: 3 })).toBe(
          slice === undefined ? 'fenced' : model.halve(slice, 2),
        )
        return
      case 'renew':
        expect(await shop.renew([claim])).toEqual(slice === undefined ? [claim.slice] : [])
        return
      case 'ask for the outcome': {
        const known = model.slices.get(claim.slice)
        const isDone = known?.state === 'done' && known.claim === number
        expect(await shop.outcomeOf(claim)).toEqual(
          slice !== undefined ? 'unknown' : isDone ? done : { end: 'fenced' },
        )
        return
      }
      case 'expire':
        return this.#expire(claim, slice)
    }
  }

  async #expire(claim: SliceClaim, slice: ModelSlice | undefined): Promise<void> {
    await this.#database.rows(
      `update purser.slices set lease_until = now() - interval '1 s' where number = $1 and state = 1`,
      [claim.slice],
    )
    // a claim that is later than this one is meant too
    const expired = slice ?? this.#model.all('claimed').find(({ number }) => number === claim.slice)
    const swept = await this.#current.sweep()
    expect(swept.length).toBe(expired === undefined ? 0 : 1)
    if (expired === undefined) return
    this.#takeBack(expired)
    await this.#reconnect()
  }

  #takeBack(slice: ModelSlice): void {
    Object.assign(slice, { state: 'waiting', tries: slice.tries + Number(slice.isRisky) })
  }

  async #die(): Promise<void> {
    await this.#ledger.release(this.#batch, 'one')
    for (const slice of this.#model.all('claimed')) {
      if (this.#claims[slice.claim ?? -1]?.worker === 'one') this.#takeBack(slice)
    }
    await this.#reconnect()
  }

  /** Whose session was ended knows it from its next query. */
  async #reconnect(): Promise<void> {
    for (const shop of this.#shops) await shop.abandon()
  }

  async #zombie(): Promise<void> {
    const old = this.#leads[1]
    if (old === undefined) return
    await expect(old.extend(1, 1)).rejects.toMatchObject({ code: 'BATCH_LED_ELSEWHERE' })
    await old.setSpeed(0, 'a zombie')
    await old.move('finished')
  }

  /** Whatever came before: the batch ends where it must, from here on. */
  async end(): Promise<void> {
    const model = this.#model
    expect(await this.#current.tally()).toMatchObject(this.#expected())
    if (model.state === 'cancelled') return this.#check()
    await this.take({ does: 'resume' } as Step)
    await this.take({ does: 'go' } as Step)
    for (let planned = 1; planned > 0; ) {
      planned = await this.#current.extend(3, 5)
      expect(planned).toBe(model.extend(3, 5))
    }
    await this.#database.expireLeases()
    await this.#current.sweep()
    for (const slice of model.all('claimed')) this.#takeBack(slice)
    await this.#reconnect()
    await this.#finish()
    await this.#check()
    expect(await this.#database.desk.replay(this.#batch)).toBe(model.replay())
    await this.#finish()
    await this.#check()
    expect(model.applied).toEqual(new Array(rowsInAll).fill(1))
    expect(await this.#current.tally()).toMatchObject({ isPlanned: true, buried: 0, rows: rowsInAll })
  }

  async #finish(): Promise<void> {
    const model = this.#model
    while (model.all('waiting').length > 0) {
      await this.take({ does: 'claim', worker: 0, most: 3, isRisky: false } as Step)
      for (const { claim } of model.all('claimed'))
        await this.take({ does: 'apply', which: claim ?? -1 } as Step)
    }
    expect(await this.#shops[1]?.claim(9, false)).toEqual([])
  }

  #expected() {
    const model = this.#model
    const done = model.all('done')
    return {
      state: model.state,
      rows: done.reduce((sum, { first, last }) => sum + last - first + 1, 0),
      slices: done.length,
      claimed: model.all('claimed').length,
      waiting: model.all('waiting').length,
      buried: model.all('buried').filter(({ isReplayed }) => isReplayed !== true).length,
    }
  }

  async #check(): Promise<void> {
    const found = await this.#database.rows<{ applied: number }>('select applied from places order by id')
    expect(found.map(({ applied }) => applied)).toEqual(this.#model.applied)
    expect(await this.#database.desk.tally(this.#batch)).toMatchObject(this.#expected())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of [...this.#leads, ...this.#shops, this.#ledger]) await each[Symbol.asyncDispose]()
  }
}
