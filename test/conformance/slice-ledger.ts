import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type {
  BatchDesk,
  BatchLead,
  BatchPlan,
  SliceLedger,
  SliceWorkshop,
  WorkshopPlan,
} from '../../src/databases/slice-ledger.ts'
import type { SliceClaim } from '../../src/runs/slice.ts'
import { type Sql, sql } from '../../src/tasks/sql.ts'

/** A database for one case, with a table `places` of the columns `id` (its key, from 1) and `applied` (0). */
export interface World extends AsyncDisposable {
  /** Another process's ledger, as it were. */
  open(): Promise<SliceLedger>
  readonly desk: BatchDesk
  run(statement: string): Promise<void>
  /** How often each row was done, in the order of their keys. */
  applied(): Promise<readonly number[]>
  /** Ends every lease as if its time had gone by. */
  expireLeases(): Promise<void>
  /** Cuts the connections on which slices are worked on, and waits until they are gone. */
  cutWork(): Promise<void>
  /** An expression that takes so many milliseconds for each row, and is 0. */
  slowZero(ms: number): Sql
  /** Waits until a statement with `slowZero` is being carried out. */
  untilSlow(): Promise<void>
  /** A statement that fails, whatever the rows. */
  readonly failing: string
}

const rowsInAll = 100
const leaseMs = 60_000
const tries = { halves: 2, tried: 3 }
const never = new AbortController().signal
const increment: NonNullable<WorkshopPlan['statement']> = (slice) =>
  sql`update places set applied = applied + 1 where ${slice}`
const incrementSlice = 'update places set applied = applied + 1 where id = any($1)'

/** What every slice ledger must do, whatever database it is in. */
export function describeSliceLedger(name: string, makeWorld: () => Promise<World>): void {
  describe(name, () => {
    let world: World
    let ledger: SliceLedger
    let opened: AsyncDisposable[]
    beforeEach(async () => {
      world = await makeWorld()
      ledger = await world.open()
      opened = [ledger]
      await world.run(`insert into places select n, 0 from generate_series(1, ${rowsInAll}) n`)
    })
    afterEach(async () => {
      for (const each of opened.reverse()) await each[Symbol.asyncDispose]()
      await world[Symbol.asyncDispose]()
    })

    const plan = (options: Partial<BatchPlan> = {}): BatchPlan => ({
      id: 'batch-1',
      task: 'count-places',
      definition: 'sha256:1',
      parameters: { colour: 'teal' },
      source: { table: 'places', key: ['id'] },
      leaseMs,
      ...options,
    })
    const begin = async (options?: Partial<BatchPlan>): Promise<BatchLead> => {
      const lead = await ledger.begin(plan(options))
      opened.push(lead)
      return lead
    }
    const hire = async (worker: string, options: Partial<WorkshopPlan> = {}): Promise<SliceWorkshop> => {
      const { id: batch, source } = plan()
      const shop = await ledger.open({
        batch,
        worker,
        source,
        statement: increment,
        leaseMs,
        sliceMs: 20_000,
        ...options,
      })
      opened.push(shop)
      return shop
    }
    const handle = (worker: string, options: Partial<WorkshopPlan> = {}) => {
      const { id: batch, source } = plan()
      return ledger.open({ batch, worker, source, leaseMs, sliceMs: 20_000, ...options }).then((shop) => {
        opened.push(shop)
        return shop
      })
    }
    const claimFrom = async (shop: SliceWorkshop): Promise<SliceClaim> => {
      const [claim] = await shop.claim(1, false)
      if (claim === undefined) throw new Error('There was nothing to claim.')
      return claim
    }
    const planAll = async (lead: BatchLead, rows = 10): Promise<void> => {
      while ((await lead.extend(4, rows)) > 0);
    }
    const finish = async (shop: SliceWorkshop): Promise<void> => {
      for (let claims = await shop.claim(8, false); claims.length > 0; claims = await shop.claim(8, false)) {
        for (const claim of claims) await shop.apply(claim)
      }
    }
    const times = (n: number) => new Array(rowsInAll).fill(n)

    describe('slicing', () => {
      it('covers every row once, without gap or overlap', async () => {
        const lead = await begin()
        expect(await lead.extend(3, 30)).toBe(3)
        expect(await lead.tally()).toMatchObject({ isPlanned: false, waiting: 3, rows: 0 })
        expect(await lead.extend(3, 30)).toBe(1)
        expect(await lead.extend(3, 30)).toBe(0)
        const shop = await hire('one')
        const claims = await shop.claim(9, false)
        expect(claims.map(({ rows }) => rows)).toEqual([30, 30, 30, 10])
        expect(claims.map(({ lower }) => lower)).toEqual([
          undefined,
          ...claims.slice(0, 3).map((c) => c.upper),
        ])
        for (const claim of claims) {
          expect(await shop.apply(claim)).toEqual({ end: 'done', rows: claim.rows, speed: 1 })
        }
        expect(await world.applied()).toEqual(times(1))
        expect(await lead.tally()).toEqual({
          ...{ state: 'running', rows: 100, slices: 4, buried: 0, claimed: 0, waiting: 0 },
          ...{ totalRows: 100, isPlanned: true },
        })
      })

      it('ends where the last row was when it began', async () => {
        const lead = await begin()
        await world.run('insert into places values (101, 0)')
        await planAll(lead)
        await finish(await hire('one'))
        expect(await world.applied()).toEqual([...times(1), 0])
      })

      it('has nothing to do where there are no rows', async () => {
        await world.run('delete from places')
        const lead = await begin()
        expect(await lead.extend(3, 30)).toBe(0)
        expect(await lead.tally()).toMatchObject({ isPlanned: true, totalRows: 0, waiting: 0 })
      })

      it('keeps to the filter, as it is when the slice is done', async () => {
        const source = { ...plan().source, where: sql`applied < ${1} and id % ${2} = ${0}` }
        const lead = await begin({ source })
        await planAll(lead)
        await world.run('update places set applied = 7 where id = 50')
        await finish(await hire('one', { source }))
        const expected = times(0).map((_, at) => (at === 49 ? 7 : at % 2))
        expect(await world.applied()).toEqual(expected)
      })

      it('takes a query with a key', async () => {
        const source = {
          query: sql`select id as place from places where id > ${90} -- the last`,
          key: ['place'],
        }
        const lead = await begin({ source })
        await planAll(lead, 3)
        const statement: WorkshopPlan['statement'] = (slice) =>
          sql`update places set applied = applied + 1 from (select id as place from places where id > 90) p where p.place = id and ${slice}`
        await finish(await hire('one', { source, statement }))
        expect(await world.applied()).toEqual(times(0).map((_, at) => (at < 90 ? 0 : 1)))
      })
    })

    describe('claims', () => {
      it('are handed out in the order of the keys, and each to one', async () => {
        const lead = await begin()
        await planAll(lead)
        const shops = await Promise.all(['one', 'two', 'three'].map((worker) => hire(worker)))
        const claimed = await Promise.all(shops.map((shop) => shop.claim(3, false)))
        const numbers = claimed.flat().map(({ slice }) => slice)
        expect([...numbers].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
        for (const claims of claimed)
          expect(claims.map((c) => c.slice)).toEqual(claims.map((c) => c.slice).sort())
        expect(await lead.tally()).toMatchObject({ claimed: 9, waiting: 1 })
      })

      it('take effect once', async () => {
        await planAll(await begin())
        const shop = await hire('one')
        const claim = await claimFrom(shop)
        expect(await shop.apply(claim)).toMatchObject({ end: 'done' })
        expect(await shop.apply(claim)).toEqual({ end: 'fenced' })
        expect((await world.applied()).slice(0, 11)).toEqual([...new Array(10).fill(1), 0])
      })

      it('of one slice are given once, in its generation', async () => {
        await planAll(await begin())
        const shop = await hire('one')
        expect(await shop.claimOne(3, 1, false)).toBeUndefined()
        expect(await shop.claimOne(3, 0, false)).toMatchObject({ slice: 3, tries: 0 })
        expect(await shop.claimOne(3, 0, false)).toBeUndefined()
        expect(await shop.claimOne(77, 0, false)).toBeUndefined()
      })

      it('that are given back are another’s, under another token', async () => {
        await planAll(await begin())
        const [one, two] = [await hire('one'), await hire('two')]
        const claim = await claimFrom(one)
        await one.giveBack([claim])
        const other = await claimFrom(two)
        expect(other).toMatchObject({ slice: claim.slice, tries: 0 })
        expect(other.token).not.toBe(claim.token)
        expect(await one.apply(claim)).toEqual({ end: 'fenced' })
        expect(await one.renew([claim])).toEqual([claim.slice])
        expect(await two.renew([other])).toEqual([])
        expect(await two.apply(other)).toMatchObject({ end: 'done' })
        expect((await world.applied())[0]).toBe(1)
      })

      it('whose lease is over are handed out again, and the old one is refused', async () => {
        const lead = await begin()
        await planAll(lead)
        const [one, two] = [await hire('one'), await hire('two')]
        const claim = await claimFrom(one)
        expect(await lead.sweep()).toEqual([])
        await world.expireLeases()
        expect(await lead.sweep()).toEqual(['one'])
        const other = await claimFrom(two)
        expect(other).toMatchObject({ slice: claim.slice, tries: 0 })
        await expect(ends(one, claim)).resolves.toEqual({ end: 'fenced' })
        await two.apply(other)
        expect((await world.applied())[0]).toBe(1)
      })

      it('are counted as tried where the worker’s end may come from its handler', async () => {
        const lead = await begin()
        await planAll(lead)
        const shop = await handle('one')
        await shop.claim(1, true)
        await world.expireLeases()
        await lead.sweep()
        const two = await handle('two')
        const [claim] = await two.claim(1, true)
        expect(claim).toMatchObject({ slice: 1, tries: 1 })
        expect(claim?.error).toMatch(/lease/)
        await ledger.release('batch-1', 'two')
        expect((await (await handle('three')).claim(1, true))[0]).toMatchObject({ slice: 1, tries: 2 })
      })

      it('are renewed while the statement of one of them takes longer than the lease', async () => {
        const lead = await begin({ leaseMs: 300 })
        await planAll(lead)
        const statement: WorkshopPlan['statement'] = (slice) =>
          sql`update places set applied = applied + 1 + ${world.slowZero(100)} where ${slice}`
        const shop = await hire('one', { statement, leaseMs: 300 })
        const claims = await shop.claim(3, false)
        const [first] = claims
        if (first === undefined) throw new Error('There was nothing to claim.')
        const applied = shop.apply(first)
        await world.untilSlow()
        let isOver = false
        void applied.finally(() => {
          isOver = true
        })
        let renewals = 0
        while (!isOver) {
          const gone = await shop.renew(claims)
          if (!isOver) expect(gone).toEqual([])
          expect(await lead.sweep()).toEqual([])
          renewals += 1
        }
        expect(await applied).toMatchObject({ end: 'done' })
        // so many only if none of them waited for the statement
        expect(renewals).toBeGreaterThan(3)
        expect(await shop.renew(claims.slice(1))).toEqual([])
        expect((await world.applied()).slice(0, 11)).toEqual([...new Array(10).fill(1), 0])
      })
    })

    describe('a slice’s transaction', () => {
      it('commits effect and checkpoint together', async () => {
        const lead = await begin()
        await planAll(lead)
        const shop = await handle('one')
        const slice = await shop.open(await claimFrom(shop))
        expect(slice.rows.map(({ id }) => Number(id))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
        const { count } = await slice.query(incrementSlice, [slice.rows.map(({ id }) => id)])
        expect(count).toBe(10)
        expect(await slice.query(sql`select applied from places where id = ${3}`)).toMatchObject({
          rows: [{ applied: 1 }],
        })
        expect((await world.applied())[0]).toBe(0)
        expect(await lead.tally()).toMatchObject({ rows: 0, claimed: 1 })
        expect(await slice.commit()).toEqual({ end: 'done', rows: 10, speed: 1 })
        expect((await world.applied())[0]).toBe(1)
        expect(await lead.tally()).toMatchObject({ rows: 10, claimed: 0 })
      })

      it('leaves nothing when it is rolled back, or when the claim is another’s', async () => {
        const lead = await begin()
        await planAll(lead)
        const shop = await handle('one')
        const claim = await claimFrom(shop)
        const first = await shop.open(claim)
        await first.query('update places set applied = 9')
        await first.rollback()
        const second = await shop.open(claim)
        await second.query('update places set applied = 9 where id = 50')
        await shop.giveBack([claim])
        expect(await second.commit()).toEqual({ end: 'fenced' })
        expect(await world.applied()).toEqual(times(0))
        expect(await lead.tally()).toMatchObject({ rows: 0, waiting: 10 })
      })

      it('fails where a statement failed in it, and the next one does not', async () => {
        await planAll(await begin())
        const shop = await handle('one')
        const claim = await claimFrom(shop)
        const slice = await shop.open(claim)
        await slice.query(incrementSlice, [[1]])
        await expect(slice.query(world.failing)).rejects.toThrow()
        await expect(slice.commit()).rejects.toThrow()
        const again = await shop.open(claim)
        await again.query(incrementSlice, [again.rows.map(({ id }) => id)])
        expect(await again.commit()).toMatchObject({ end: 'done' })
        expect((await world.applied())[0]).toBe(1)
        expect(await claimFrom(shop)).toMatchObject({ slice: 2 })
      })

      it('leaves nothing when its connection is cut between two statements', async () => {
        const lead = await begin()
        await planAll(lead)
        const shop = await handle('one')
        const claim = await claimFrom(shop)
        const slice = await shop.open(claim)
        await slice.query(incrementSlice, [[1]])
        await world.cutWork()
        const error = await slice.query(incrementSlice, [[2]]).catch((reason: unknown) => reason)
        expect(shop.classify(error)).toBe('away')
        await expect(slice.commit()).rejects.toThrow()
        expect(await world.applied()).toEqual(times(0))
        expect(await shop.outcomeOf(claim)).toBe('unknown')
        expect(await lead.tally()).toMatchObject({ rows: 0, claimed: 1 })
        const again = await shop.open(claim)
        expect(await again.commit()).toMatchObject({ end: 'done' })
      })

      it('takes nothing any more once it has ended', async () => {
        await planAll(await begin())
        const shop = await handle('one')
        const slice = await shop.open(await claimFrom(shop))
        await slice.commit()
        await expect(slice.query('update places set applied = 9')).rejects.toThrow(/ended/)
        const other = await shop.open(await claimFrom(shop))
        await expect(slice.query('update places set applied = 9')).rejects.toThrow(/ended/)
        await other.rollback()
        await shop.abandon()
        await expect(other.query('update places set applied = 9')).rejects.toThrow()
        expect(await world.applied()).toEqual(times(0))
      })

      it('takes nothing any more once it was abandoned', async () => {
        await planAll(await begin())
        const shop = await handle('one')
        const claim = await claimFrom(shop)
        const slice = await shop.open(claim)
        await slice.query('update places set applied = 9')
        await shop.abandon()
        await expect(slice.query('update places set applied = 9')).rejects.toThrow()
        await expect(slice.commit()).rejects.toThrow()
        expect(await world.applied()).toEqual(times(0))
        expect(await (await shop.open(claim)).commit()).toMatchObject({ end: 'done' })
      })

      it('that was worked on beyond its lease is ended by the sweep', async () => {
        const lead = await begin()
        await planAll(lead)
        const [one, two] = [await handle('one'), await handle('two')]
        const claim = await claimFrom(one)
        const slice = await one.open(claim)
        await slice.query(incrementSlice, [slice.rows.map(({ id }) => id)])
        await world.expireLeases()
        expect(await lead.sweep()).toEqual(['one'])
        const other = await two.open(await claimFrom(two))
        // it would wait here for rows that the first one still has
        await other.query(incrementSlice, [other.rows.map(({ id }) => id)])
        expect(await other.commit()).toMatchObject({ end: 'done' })
        await expect(slice.commit()).rejects.toThrow()
        expect((await world.applied()).slice(0, 11)).toEqual([...new Array(10).fill(1), 0])
      })

      it('gives each row a key of its own, the same each time', async () => {
        await planAll(await begin())
        const shop = await handle('one')
        const claim = await claimFrom(shop)
        const keys = async () => {
          const slice = await shop.open(claim)
          const found = slice.rows.map((row) => slice.keyOf({ ...row }))
          await slice.rollback()
          return found
        }
        expect(await keys()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((id) => [String(id)]))
        expect(await keys()).toEqual(await keys())
      })
    })

    describe('an outcome', () => {
      it('is known of a commit whose answer was lost', async () => {
        await planAll(await begin())
        const shop = await handle('one')
        const claim = await claimFrom(shop)
        expect(await shop.outcomeOf(claim)).toBe('unknown')
        await (await shop.open(claim)).commit()
        expect(await shop.outcomeOf(claim)).toMatchObject({ end: 'done', rows: 10 })
        const next = await claimFrom(shop)
        await shop.giveBack([next])
        expect(await shop.outcomeOf(next)).toEqual({ end: 'fenced' })
      })
    })

    describe('a failure', () => {
      it('puts the slice back for later, and counts only if it says so', async () => {
        const lead = await begin()
        await planAll(lead, 100)
        const shop = await hire('one')
        const claim = await claimFrom(shop)
        await shop.fail(claim, { message: 'no luck', counts: false, delayMs: 60_000 })
        expect(await shop.claim(1, false)).toEqual([])
        const tally = await lead.tally()
        expect(tally).toMatchObject({ waiting: 1, claimed: 0, error: 'no luck' })
        expect(tally.nextDueMs).toBeGreaterThan(50_000)
        expect(await shop.apply(claim)).toEqual({ end: 'fenced' })
      })

      it('counts a try', async () => {
        await planAll(await begin(), 100)
        const shop = await hire('one')
        await shop.fail(await claimFrom(shop), { message: 'one', counts: true, delayMs: 0 })
        await shop.fail(await claimFrom(shop), { message: 'two', counts: true, delayMs: 0 })
        await shop.fail(await claimFrom(shop), { message: 'three', counts: false, delayMs: 0 })
        expect(await claimFrom(shop)).toMatchObject({ tries: 2, error: 'three' })
      })

      it('halves a slice until one row stands alone, and buries that', async () => {
        const lead = await begin()
        await planAll(lead, 5)
        const shop = await hire('one')
        const claim = await claimFrom(shop)
        expect(await shop.halve(claim, 'too much', tries)).toBe('halved')
        expect(await shop.halve(claim, 'too much', tries)).toBe('fenced')
        const shares: SliceClaim[] = []
        for (
          let halves = await shop.claim(50, false);
          halves.length > 0;
          halves = await shop.claim(50, false)
        ) {
          for (const half of halves.filter(({ generation, slice }) => generation === 0 && slice > 20)) {
            expect(half).toMatchObject({ tries: 2, error: expect.stringMatching(/./) })
            if (half.rows > 1) await shop.halve(half, 'still', tries)
            else shares.push(half)
          }
        }
        expect(shares).toHaveLength(5)
        expect(shares.map(({ upper: [id] }) => Number(id)).sort()).toEqual([1, 2, 3, 4, 5])
        for (const share of shares) expect(await shop.halve(share, 'bad row', tries)).toBe('buried')
        expect(await lead.tally()).toMatchObject({ buried: 5, rows: 0 })
        const buried = await world.desk.buried('batch-1', 10)
        expect(buried.map(({ key: [id], error, tries }) => [Number(id), error, tries]).sort()).toEqual(
          [1, 2, 3, 4, 5].map((id) => [id, 'bad row', 3]),
        )
      })

      it('ends the batch where no slice of it will ever do', async () => {
        const lead = await begin()
        await planAll(lead)
        const shop = await hire('one')
        const claim = await claimFrom(shop)
        await shop.giveUp('it is wrong')
        expect(await lead.tally()).toMatchObject({ state: 'failed', limiting: 'it is wrong' })
        expect(await shop.claim(1, false)).toEqual([])
        expect(await shop.apply(claim)).toEqual({ end: 'fenced' })
      })

      it('is told apart from a server that is away', async () => {
        const shop = await hire('one')
        expect(shop.classify(new Error('the rows are bad'))).toBe('rows')
        expect(shop.classify(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))).toBe('rows')
      })
    })

    describe('states', () => {
      it('let nothing begin of a batch that is paused, until it is led again', async () => {
        const lead = await begin()
        await planAll(lead)
        const shop = await hire('one')
        const claim = await claimFrom(shop)
        expect(await world.desk.move('batch-1', 'paused')).toBe('paused')
        expect(await shop.claim(1, false)).toEqual([])
        expect(await shop.claimOne(2, 0, false)).toBeUndefined()
        expect(await shop.state()).toMatchObject({ state: 'paused' })
        expect(await shop.apply(claim)).toEqual({ end: 'fenced' })
        await shop.giveBack([claim])
        expect(await ledger.openBatches()).toEqual([])
        await begin()
        await finish(shop)
        expect(await world.applied()).toEqual(times(1))
      })

      it('are kept once a batch is cancelled', async () => {
        const lead = await begin()
        await planAll(lead)
        expect(await world.desk.move('batch-1', 'cancelled')).toBe('cancelled')
        expect(await world.desk.move('batch-1', 'running')).toBe('cancelled')
        await lead.move('finished')
        await begin()
        expect(await (await hire('one')).claim(1, false)).toEqual([])
        expect(await world.desk.tally('batch-1')).toMatchObject({ state: 'cancelled', waiting: 10 })
        expect(await world.desk.move('no-such', 'paused')).toBeUndefined()
      })

      it('let nothing begin while the speed is 0, and tell what limits it', async () => {
        const lead = await begin()
        await planAll(lead)
        const shop = await hire('one')
        const claim = await claimFrom(shop)
        await lead.setSpeed(0, 'replica lag')
        expect(await shop.claim(1, false)).toEqual([])
        expect(await shop.apply(claim)).toEqual({ end: 'fenced' })
        expect(await lead.tally()).toMatchObject({ limiting: 'replica lag' })
        await lead.setSpeed(0.25, undefined)
        expect(await shop.apply(claim)).toMatchObject({ end: 'done', speed: 0.25 })
        expect(await lead.tally()).not.toHaveProperty('limiting')
      })

      it('are listed while slices may be worked on, with what a worker needs', async () => {
        await begin()
        expect(await ledger.openBatches()).toEqual([
          {
            ...{ id: 'batch-1', task: 'count-places', definition: 'sha256:1' },
            ...{ parameters: { colour: 'teal' }, isLed: true, hasWork: false },
          },
        ])
      })
    })

    describe('the lead', () => {
      it('goes on where another one was, which can change nothing any more', async () => {
        const old = await begin()
        await old.extend(2, 10)
        const lead = await begin({ definition: 'sha256:2' })
        await expect(old.extend(1, 10)).rejects.toMatchObject({ code: 'BATCH_LED_ELSEWHERE' })
        await old.move('failed')
        await old.setSpeed(0, 'nobody')
        const shop = await hire('one')
        await claimFrom(shop)
        await world.expireLeases()
        expect(await old.sweep()).toEqual([])
        expect(await lead.sweep()).toEqual(['one'])
        expect((await ledger.openBatches())[0]).toMatchObject({ definition: 'sha256:2' })
        expect(await lead.tally()).not.toHaveProperty('limiting')
        await planAll(lead)
        await expect(old.extend(1, 10)).rejects.toMatchObject({ code: 'BATCH_LED_ELSEWHERE' })
        await finish(await hire('two'))
        expect(await world.applied()).toEqual(times(1))
      })

      it('refuses a batch whose key is of another type by now', async () => {
        await begin()
        await world.run('alter table places add column name text not null default md5(random()::text) unique')
        const source = { table: 'places', key: ['name'] }
        await expect(ledger.begin(plan({ source }))).rejects.toMatchObject({ code: 'BATCH_KEY_UNFIT' })
      })

      it('sends what is due, and again what nobody took up', async () => {
        const lead = await begin()
        await planAll(lead, 50)
        const due = await lead.unsent(10, 60_000)
        expect(due).toEqual([1, 2].map((slice) => ({ slice, generation: 0, sending: 1 })))
        await lead.markSent(due.slice(0, 1))
        expect(await lead.unsent(10, 60_000)).toEqual(due.slice(1))
        expect(await lead.unsent(10, -1_000)).toEqual([
          { slice: 1, generation: 0, sending: 2 },
          { slice: 2, generation: 0, sending: 1 },
        ])
        await finish(await hire('one'))
        expect(await lead.unsent(10, 0)).toEqual([])
      })

      it.each(['lead', 'worker', 'ledger'])('wakes a %s that waits, when slices are planned', async (who) => {
        const lead = await begin()
        const shop = await hire('one')
        const waits = { lead, worker: shop, ledger }[who]
        await waits?.change(0, never) // it listens from now on
        const woken = waits?.change(30_000, never)
        const begun = performance.now()
        await lead.extend(1, 10)
        await woken
        expect(performance.now() - begun).toBeLessThan(5_000)
      })
    })

    describe('buried rows', () => {
      it('are put back once, however often it is asked', async () => {
        const lead = await begin()
        await planAll(lead, 1)
        const shop = await hire('one')
        for (const claim of await shop.claim(3, false)) await shop.halve(claim, 'bad', tries)
        await finish(shop)
        const asked = await Promise.all([world.desk.replay('batch-1'), world.desk.replay('batch-1')])
        expect(asked.sort()).toEqual([0, 3])
        expect(await lead.tally()).toMatchObject({ buried: 0, waiting: 3, rows: 97 })
        const claims = await shop.claim(9, false)
        expect(claims.map(({ generation, tries, upper: [id] }) => [generation, tries, Number(id)])).toEqual(
          [1, 2, 3].map((id) => [1, 0, id]),
        )
        for (const claim of claims) await shop.apply(claim)
        expect(await world.applied()).toEqual(times(1))
        expect(await world.desk.replay('batch-1')).toBe(0)
        expect(
          (await world.desk.buried('batch-1', 9)).every(({ replayedAt }) => replayedAt !== undefined),
        ).toBe(true)
      })
    })

    describe('a trial', () => {
      it('does the first slice, says what it did, and leaves nothing', async () => {
        const worker = { batch: 'trial', worker: 'one', source: plan().source, leaseMs, sliceMs: 20_000 }
        const end = await ledger.tryOut({ ...worker, statement: increment }, 7, async () => {})
        expect(end).toMatchObject({
          rows: 7,
          range: { upper: ['7'] },
          effects: [{ inserted: 0, updated: 7, deleted: 0 }],
        })
        // what a session counts of a transaction that was rolled back may linger for a second
        const other = await world.open()
        opened.push(other)
        const handled = await other.tryOut(worker, 7, async (slice) => {
          expect(slice.rows).toHaveLength(7)
          await slice.query('delete from places where id = 1')
        })
        expect(handled?.effects).toMatchObject([{ inserted: 0, updated: 0, deleted: 1 }])
        expect(await world.applied()).toEqual(times(0))
        await world.run('delete from places')
        expect(await ledger.tryOut(worker, 7, async () => {})).toBeUndefined()
      })
    })
  })
}

/** A claim's end, also where its session was ended first. */
async function ends(shop: SliceWorkshop, claim: SliceClaim) {
  try {
    return await shop.apply(claim)
  } catch (error) {
    if (shop.classify(error) !== 'away') throw error
    return await shop.outcomeOf(claim)
  }
}
