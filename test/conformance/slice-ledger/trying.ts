import { describe, expect, it } from 'vitest'
import type { SliceClaim } from '../../../src/runs/slice.ts'
import { sql } from '../../../src/tasks/sql.ts'
import { type Bench, incrementSlice, tries } from './bench.ts'

/** How a slice is worked on, and how it fails. */
export function describeTrying(on: Bench): void {
  const { begin, hire, handle, claimFrom, planAll, times } = on

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
      expect((await on.world.applied())[0]).toBe(0)
      expect(await lead.tally()).toMatchObject({ rows: 0, claimed: 1 })
      expect(await slice.commit()).toEqual({ end: 'done', rows: 10, speed: 1 })
      expect((await on.world.applied())[0]).toBe(1)
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
      expect(await on.world.applied()).toEqual(times(0))
      expect(await lead.tally()).toMatchObject({ rows: 0, waiting: 10 })
    })

    it('fails where a statement failed in it, and the next one does not', async () => {
      await planAll(await begin())
      const shop = await handle('one')
      const claim = await claimFrom(shop)
      const slice = await shop.open(claim)
      await slice.query(incrementSlice, [[1]])
      await expect(slice.query(on.world.failing)).rejects.toThrow()
      await expect(slice.commit()).rejects.toThrow()
      const again = await shop.open(claim)
      await again.query(incrementSlice, [again.rows.map(({ id }) => id)])
      expect(await again.commit()).toMatchObject({ end: 'done' })
      expect((await on.world.applied())[0]).toBe(1)
      expect(await claimFrom(shop)).toMatchObject({ slice: 2 })
    })

    it('leaves nothing when its connection is cut between two statements', async () => {
      const lead = await begin()
      await planAll(lead)
      const shop = await handle('one')
      const claim = await claimFrom(shop)
      const slice = await shop.open(claim)
      await slice.query(incrementSlice, [[1]])
      await on.world.cutWork()
      const error = await slice.query(incrementSlice, [[2]]).catch((reason: unknown) => reason)
      expect(shop.classify(error)).toBe('away')
      await expect(slice.commit()).rejects.toThrow()
      expect(await on.world.applied()).toEqual(times(0))
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
      expect(await on.world.applied()).toEqual(times(0))
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
      expect(await on.world.applied()).toEqual(times(0))
      expect(await (await shop.open(claim)).commit()).toMatchObject({ end: 'done' })
    })

    it('that was worked on beyond its lease is ended by the sweep', async () => {
      const lead = await begin()
      await planAll(lead)
      const [one, two] = [await handle('one'), await handle('two')]
      const claim = await claimFrom(one)
      const slice = await one.open(claim)
      await slice.query(incrementSlice, [slice.rows.map(({ id }) => id)])
      await on.world.expireLeases()
      expect(await lead.sweep()).toEqual(['one'])
      const other = await two.open(await claimFrom(two))
      // it would wait here for rows that the first one still has
      await other.query(incrementSlice, [other.rows.map(({ id }) => id)])
      expect(await other.commit()).toMatchObject({ end: 'done' })
      await expect(slice.commit()).rejects.toThrow()
      expect((await on.world.applied()).slice(0, 11)).toEqual([...new Array(10).fill(1), 0])
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

  describe('slices that are carried out together', () => {
    it('commit each for itself', async () => {
      const lead = await begin()
      await planAll(lead)
      const shop = await hire('one')
      const claims = await shop.claim(10, false)
      const ends = [...(await shop.applyEach(claims.slice(0, 2))), ...(await shop.applyEach(claims.slice(2)))]
      expect(ends).toEqual(claims.map(() => ({ end: 'done', rows: 10, speed: 1 })))
      expect(await on.world.applied()).toEqual(times(1))
      expect(await lead.tally()).toMatchObject({ slices: 10, claimed: 0, waiting: 0 })
    })

    it('leave out what is another’s, and stop when the batch rests', async () => {
      const lead = await begin()
      await planAll(lead)
      const shop = await hire('one')
      const claims = await shop.claim(10, false)
      await shop.applyEach(claims.slice(0, 2))
      await shop.giveBack(claims.slice(3, 4))
      const ends = await shop.applyEach(claims.slice(2, 5))
      expect(ends.map(({ end }) => end)).toEqual(['done', 'fenced', 'done'])
      await lead.move('paused')
      expect((await shop.applyEach(claims.slice(5))).map(({ end }) => end)).toEqual(
        new Array(5).fill('fenced'),
      )
      const isDone = (row: number) => row < 30 || (row >= 40 && row < 50)
      expect(await on.world.applied()).toEqual(times(0).map((_, row) => (isDone(row) ? 1 : 0)))
    })

    it('are done before one that fails, and not begun after it', async () => {
      await planAll(await begin())
      const shop = await hire('one', {
        statement: (slice) => sql`update places set applied = applied + 1 + 0 / (id - 55) where ${slice}`,
      })
      const claims = await shop.claim(10, false)
      await shop.applyEach(claims.slice(0, 2))
      const error = await shop.applyEach(claims.slice(2)).catch((reason: unknown) => reason)
      expect(shop.classify(error)).toBe('rows')
      const outcomes: string[] = []
      for (const claim of claims) {
        const outcome = await shop.outcomeOf(claim)
        outcomes.push(outcome === 'unknown' ? outcome : outcome.end)
      }
      expect(outcomes).toEqual([...new Array(5).fill('done'), ...new Array(5).fill('unknown')])
      expect((await shop.applyEach(claims.slice(6))).map(({ end }) => end)).toEqual(new Array(4).fill('done'))
      expect(await on.world.applied()).toEqual(times(0).map((_, row) => (row >= 50 && row < 60 ? 0 : 1)))
    })

    it('end within the slice at work when they are given back', async () => {
      const lead = await begin()
      await planAll(lead)
      const shop = await hire('one', {
        statement: (slice) =>
          sql`update places set applied = applied + 1 + ${on.world.slowZero(100)} where ${slice}`,
      })
      const claims = await shop.claim(10, false)
      await shop.applyEach(claims.slice(0, 2))
      const carried = shop.applyEach(claims.slice(2))
      await on.world.untilSlow()
      await shop.giveBack(claims)
      // nobody waited for the one at work, behind which the next would have begun
      expect(await lead.tally()).toMatchObject({ slices: 2, claimed: 1, waiting: 7 })
      const ends = (await carried).map(({ end }) => end)
      expect([ends[0], ends.at(-1)]).toEqual(['done', 'fenced'])
      const slices = 2 + ends.filter((end) => end === 'done').length
      expect(await lead.tally()).toMatchObject({ slices, claimed: 0, waiting: 10 - slices })
      expect(await on.world.applied()).toEqual(times(0).map((_, row) => (row < slices * 10 ? 1 : 0)))
    })

    it('leave nothing that is half done when their connection is cut', async () => {
      await planAll(await begin())
      const shop = await hire('one', {
        statement: (slice) =>
          sql`update places set applied = applied + 1 + ${on.world.slowZero(20)} where ${slice}`,
      })
      const claims = await shop.claim(10, false)
      await shop.applyEach(claims.slice(0, 2))
      const carried = shop.applyEach(claims.slice(2)).catch((reason: unknown) => reason)
      await on.world.untilSlow()
      await on.world.cutWork()
      expect(shop.classify(await carried)).toBe('away')
      for (const claim of claims)
        if ((await shop.outcomeOf(claim)) === 'unknown') await shop.applyEach([claim])
      expect(await on.world.applied()).toEqual(times(1))
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
          // one that stands alone has all its tries
          expect(half).toMatchObject({ tries: half.rows > 1 ? 2 : 0, error: expect.stringMatching(/./) })
          if (half.rows > 1) await shop.halve(half, 'still', tries)
          else shares.push(half)
        }
      }
      expect(shares).toHaveLength(5)
      expect(shares.map(({ upper: [id] }) => Number(id)).sort()).toEqual([1, 2, 3, 4, 5])
      for (const share of shares) expect(await shop.halve(share, 'bad row', tries)).toBe('buried')
      expect(await lead.tally()).toMatchObject({ buried: 5, rows: 0 })
      const buried = await on.world.desk.buried('batch-1', 10)
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
}
