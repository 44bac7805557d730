import { describe, expect, it } from 'vitest'
import type { SliceWorkshop, WorkshopPlan } from '../../../src/databases/slice-ledger.ts'
import { sql } from '../../../src/tasks/sql.ts'
import { type Bench, ends } from './bench.ts'

/** How a batch is cut, and who gets what. */
export function describeSlicing(on: Bench): void {
  const { plan, begin, hire, handle, claimFrom, planAll, finish, times } = on

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
      expect(claims.map(({ lower }) => lower)).toEqual([undefined, ...claims.slice(0, 3).map((c) => c.upper)])
      for (const claim of claims) {
        expect(await shop.apply(claim)).toEqual({ end: 'done', rows: claim.rows, speed: 1 })
      }
      expect(await on.world.applied()).toEqual(times(1))
      expect(await lead.tally()).toEqual({
        ...{ state: 'running', rows: 100, slices: 4, buried: 0, claimed: 0, waiting: 0 },
        ...{ totalRows: 100, isPlanned: true },
      })
    })

    it('ends where the last row was when it began', async () => {
      const lead = await begin()
      await on.world.run('insert into places values (101, 0)')
      await planAll(lead)
      await finish(await hire('one'))
      expect(await on.world.applied()).toEqual([...times(1), 0])
    })

    it('has nothing to do where there are no rows', async () => {
      await on.world.run('delete from places')
      const lead = await begin()
      expect(await lead.extend(3, 30)).toBe(0)
      expect(await lead.tally()).toMatchObject({ isPlanned: true, totalRows: 0, waiting: 0 })
    })

    it('keeps to the filter, as it is when the slice is done', async () => {
      const source = { ...plan().source, where: sql`applied < ${1} and id % ${2} = ${0}` }
      const lead = await begin({ source })
      await planAll(lead)
      await on.world.run('update places set applied = 7 where id = 50')
      await finish(await hire('one', { source }))
      const expected = times(0).map((_, at) => (at === 49 ? 7 : at % 2))
      expect(await on.world.applied()).toEqual(expected)
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
      expect(await on.world.applied()).toEqual(times(0).map((_, at) => (at < 90 ? 0 : 1)))
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

    it('are no more than the share that is asked for, and one at least', async () => {
      await planAll(await begin())
      const shop = await hire('one')
      expect(await shop.claim(9, false, undefined, 0.25)).toHaveLength(3)
      expect(await shop.claim(9, false, undefined, 0.001)).toHaveLength(1)
    })

    it('tell each worker its place among those at work, and no other’s', async () => {
      await planAll(await begin())
      const shops = await Promise.all(['b', 'a', 'idle'].map((worker) => hire(worker)))
      const [b, a, idle] = shops as [SliceWorkshop, SliceWorkshop, SliceWorkshop]
      expect(await b.place()).toMatchObject({ rank: 0, of: 1 })
      const claim = await claimFrom(b)
      expect(await a.place()).toMatchObject({ rank: 0, of: 2 })
      await claimFrom(a)
      await b.apply(claim)
      expect(await b.place()).toMatchObject({ rank: 1, of: 2 })
      expect(await a.place()).toMatchObject({ rank: 0, of: 2 })
      const { of, clockMs } = await idle.place()
      expect(of).toBe(3)
      expect((await idle.place()).clockMs).toBeGreaterThan(clockMs)
    })

    it('take effect once', async () => {
      await planAll(await begin())
      const shop = await hire('one')
      const claim = await claimFrom(shop)
      expect(await shop.apply(claim)).toMatchObject({ end: 'done' })
      expect(await shop.apply(claim)).toEqual({ end: 'fenced' })
      expect((await on.world.applied()).slice(0, 11)).toEqual([...new Array(10).fill(1), 0])
    })

    it('of slices that are named are given once, in their generation and the order of their keys', async () => {
      await planAll(await begin())
      const [one, two] = [await hire('one'), await hire('two')]
      const names = (...slices: number[]) => slices.map((slice) => ({ slice, generation: 0 }))
      expect(await one.claimThese([{ slice: 3, generation: 1 }], false)).toEqual([])
      expect(await one.claimThese(names(5, 3, 77, 3), false)).toMatchObject([
        { slice: 3, tries: 0 },
        { slice: 5, tries: 0 },
      ])
      const again = [{ slice: 4, generation: 1 }, ...names(3, 4, 5, 6)]
      expect(await two.claimThese(again, false)).toMatchObject([{ slice: 4 }, { slice: 6 }])
      expect(await one.claimThese(again, false)).toEqual([])
      expect(await one.claimThese([], false)).toEqual([])
    })

    it('of slices that are just noted as sent are given all the same', async () => {
      const lead = await begin()
      await planAll(lead)
      const shops = [await hire('one'), await hire('two')]
      const sent = await lead.unsent(10, undefined)
      const names = sent.map(({ slice, generation }) => ({ slice, generation })).reverse()
      const claims = await Promise.all([
        lead.markSent(sent),
        ...shops.map((shop) => shop.claimThese(names, false)),
      ])
      expect(claims.flatMap((some) => some?.map(({ slice }) => slice) ?? []).sort((a, b) => a - b)).toEqual(
        sent.map(({ slice }) => slice),
      )
      expect(await lead.unsent(10, undefined)).toEqual([])
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
      expect((await on.world.applied())[0]).toBe(1)
    })

    it('whose lease is over are handed out again, and the old one is refused', async () => {
      const lead = await begin()
      await planAll(lead)
      const [one, two] = [await hire('one'), await hire('two')]
      const claim = await claimFrom(one)
      expect(await lead.sweep()).toEqual([])
      await on.world.expireLeases()
      expect(await lead.sweep()).toEqual(['one'])
      const other = await claimFrom(two)
      expect(other).toMatchObject({ slice: claim.slice, tries: 0 })
      await expect(ends(one, claim)).resolves.toEqual({ end: 'fenced' })
      await two.apply(other)
      expect((await on.world.applied())[0]).toBe(1)
    })

    it('are counted as tried where the worker’s end may come from its handler', async () => {
      const lead = await begin()
      await planAll(lead)
      const shop = await handle('one')
      await shop.claim(1, true)
      await on.world.expireLeases()
      await lead.sweep()
      const two = await handle('two')
      const [claim] = await two.claim(1, true)
      expect(claim).toMatchObject({ slice: 1, tries: 1 })
      expect(claim?.error).toMatch(/lease/)
      await on.ledger.release('batch-1', 'two')
      expect((await (await handle('three')).claim(1, true))[0]).toMatchObject({ slice: 1, tries: 2 })
    })

    it('are renewed while the statement of one of them takes longer than the lease', async () => {
      const leaseMs = 4_000
      const lead = await begin({ leaseMs })
      await planAll(lead)
      const statement: WorkshopPlan['statement'] = (slice) =>
        sql`update places set applied = applied + 1 + ${on.world.slowZero(600)} where ${slice}`
      const shop = await hire('one', { statement, leaseMs })
      const claims = await shop.claim(3, false)
      const [first] = claims
      if (first === undefined) throw new Error('There was nothing to claim.')
      const applied = shop.apply(first)
      await on.world.untilSlow()
      let isOver = false
      void applied.finally(() => {
        isOver = true
      })
      let sweeps = 0
      while (!isOver) {
        const askedAt = performance.now()
        const gone = await shop.renew(claims)
        // done, and not told yet
        if (gone.includes(first.slice)) break
        expect(gone).toEqual([])
        // on a machine that stood still meanwhile a sweep would take them rightly
        if (performance.now() - askedAt > leaseMs / 3) continue
        expect(await lead.sweep()).toEqual([])
        sweeps += 1
      }
      expect(await applied).toMatchObject({ end: 'done' })
      // so many only if no renewal waited for the statement
      expect(sweeps).toBeGreaterThan(3)
      expect(await shop.renew(claims.slice(1))).toEqual([])
      expect((await on.world.applied()).slice(0, 11)).toEqual([...new Array(10).fill(1), 0])
    })
  })
}
