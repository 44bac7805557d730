import { describe, expect, it } from 'vitest'
import { type Bench, increment, leaseMs, never, tries } from './bench.ts'

/** How a batch is led, rests, ends, and is done again. */
export function describeLeading(on: Bench): void {
  const { begin, hire, plan, claimFrom, planAll, finish, times } = on

  describe('a worker that is there before its batch', () => {
    it('waits until that has begun, also where no batch ever has, and works on it as any', async () => {
      const begun = Promise.withResolvers<void>()
      let isOpen = false
      const early = hire('early', {}, begun.promise).finally(() => {
        isOpen = true
      })
      await planAll(await begin())
      expect(isOpen).toBe(false)
      begun.resolve()
      await finish(await early)
      expect(await on.world.applied()).toEqual(times(1))
    })

    it('says what is wrong with its source no earlier', async () => {
      const begun = Promise.withResolvers<void>()
      let isTold = false
      const wrong = hire('early', { source: { table: 'nowhere', key: ['id'] } }, begun.promise).finally(
        () => {
          isTold = true
        },
      )
      await begin()
      expect(isTold).toBe(false)
      begun.resolve()
      await expect(wrong).rejects.toMatchObject({ code: 'BATCH_SOURCE_WRONG' })
    })
  })

  describe('states', () => {
    it('let nothing begin of a batch that is paused, until it is led again', async () => {
      const lead = await begin()
      await planAll(lead)
      const shop = await hire('one')
      const claim = await claimFrom(shop)
      expect(await on.world.desk.move('batch-1', 'paused')).toBe('paused')
      expect(await shop.claim(1, false)).toEqual([])
      expect(await shop.claimThese([{ slice: 2, generation: 0 }], false)).toEqual([])
      expect(await shop.state()).toMatchObject({ state: 'paused' })
      expect(await shop.apply(claim)).toEqual({ end: 'fenced' })
      await shop.giveBack([claim])
      expect(await on.ledger.openBatches()).toEqual([])
      await begin()
      await finish(shop)
      expect(await on.world.applied()).toEqual(times(1))
    })

    it('are kept once a batch is cancelled', async () => {
      const lead = await begin()
      await planAll(lead)
      expect(await on.world.desk.move('batch-1', 'cancelled')).toBe('cancelled')
      expect(await on.world.desk.move('batch-1', 'running')).toBe('cancelled')
      await lead.move('finished')
      await begin()
      expect(await (await hire('one')).claim(1, false)).toEqual([])
      expect(await on.world.desk.tally('batch-1')).toMatchObject({ state: 'cancelled', waiting: 10 })
      expect(await on.world.desk.move('no-such', 'paused')).toBeUndefined()
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
      expect(await on.ledger.openBatches()).toEqual([
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
      await on.world.expireLeases()
      expect(await old.sweep()).toEqual([])
      expect(await lead.sweep()).toEqual(['one'])
      expect((await on.ledger.openBatches())[0]).toMatchObject({ definition: 'sha256:2' })
      expect(await lead.tally()).not.toHaveProperty('limiting')
      await planAll(lead)
      await expect(old.extend(1, 10)).rejects.toMatchObject({ code: 'BATCH_LED_ELSEWHERE' })
      await finish(await hire('two'))
      expect(await on.world.applied()).toEqual(times(1))
    })

    it('refuses a batch whose key is of another type by now', async () => {
      await begin()
      await on.world.run(
        'alter table places add column name text not null default md5(random()::text) unique',
      )
      const source = { table: 'places', key: ['name'] }
      await expect(on.ledger.begin(plan({ source }))).rejects.toMatchObject({ code: 'BATCH_KEY_UNFIT' })
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
      const waits = { lead, worker: shop, ledger: on.ledger }[who]
      await waits?.change(0, never) // it listens from now on
      const woken = waits?.change(30_000, never)
      const begun = performance.now()
      await lead.extend(1, 10)
      await woken
      expect(performance.now() - begun).toBeLessThan(20_000)
    })
  })

  describe('buried rows', () => {
    it('are put back once, however often it is asked', async () => {
      const lead = await begin()
      await planAll(lead, 1)
      const shop = await hire('one')
      for (const claim of await shop.claim(3, false)) await shop.halve(claim, 'bad', tries)
      await finish(shop)
      const asked = await Promise.all([on.world.desk.replay('batch-1'), on.world.desk.replay('batch-1')])
      expect(asked.sort()).toEqual([0, 3])
      expect(await lead.tally()).toMatchObject({ buried: 0, waiting: 3, rows: 97 })
      const claims = await shop.claim(9, false)
      expect(claims.map(({ generation, tries, upper: [id] }) => [generation, tries, Number(id)])).toEqual(
        [1, 2, 3].map((id) => [1, 0, id]),
      )
      for (const claim of claims) await shop.apply(claim)
      expect(await on.world.applied()).toEqual(times(1))
      expect(await on.world.desk.replay('batch-1')).toBe(0)
      expect(
        (await on.world.desk.buried('batch-1', 9)).every(({ replayedAt }) => replayedAt !== undefined),
      ).toBe(true)
    })
  })

  describe('a trial', () => {
    it('does the first slice, says what it did, and leaves nothing', async () => {
      const worker = { batch: 'trial', worker: 'one', source: plan().source, leaseMs, sliceMs: 20_000 }
      const end = await on.ledger.tryOut({ ...worker, statement: increment }, 7, async () => {})
      expect(end).toMatchObject({
        rows: 7,
        range: { upper: ['7'] },
        effects: [{ inserted: 0, updated: 7, deleted: 0 }],
      })
      // what a session counts of a transaction that was rolled back may linger for a second
      const other = await on.world.open()
      on.opened.push(other)
      const handled = await other.tryOut(worker, 7, async (slice) => {
        expect(slice.rows).toHaveLength(7)
        await slice.query('delete from places where id = 1')
      })
      expect(handled?.effects).toMatchObject([{ inserted: 0, updated: 0, deleted: 1 }])
      expect(await on.world.applied()).toEqual(times(0))
      await on.world.run('delete from places')
      expect(await on.ledger.tryOut(worker, 7, async () => {})).toBeUndefined()
    })
  })
}
