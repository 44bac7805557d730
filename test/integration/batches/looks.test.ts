import { describe, expect, it } from 'vitest'
import { leadBatch } from '../../../src/batches/lead.ts'
import { PostgresSliceLedger } from '../../../src/databases/postgres/slice-ledger/postgres-slice-ledger.ts'
import { allPrograms } from '../../support/postgres.ts'
import { increment, places, withPlaces } from './places.ts'

const leaseMs = 30_000
const limits = { tries: 3, buried: 0, sliceMs: 30_000, leaseMs }

describe.each(await allPrograms())('PostgreSQL $version: a lead', (programs) => {
  const world = withPlaces(programs)

  it('looks again within 20 ms once no more is left than was done since its last look', async () => {
    await world.fill(20)
    await using ledger = new PostgresSliceLedger(world.database.url)
    const about = { id: 'looks', task: 'looks', definition: '', parameters: {} }
    await using lead = await ledger.begin({ ...about, source: places, leaseMs })
    const workshop = await ledger.open({
      ...{ batch: 'looks', worker: 'one', source: places, leaseMs, sliceMs: 30_000, statement: increment },
    })
    await using _ = workshop
    const work = [0, 8, 4, 7, 1]
    const looks: (readonly [done: number, withinMs: number])[] = []
    // nobody tells that a slice is done: workers do so when they find nothing more, and not over every queue
    lead.change = async (withinMs) => {
      if (withinMs === 1) return // more is to be planned
      const { slices } = await lead.tally()
      looks.push([slices, withinMs])
      const names = (await lead.unsent(work.shift() ?? 0, 0)).map(({ slice, generation }) => ({
        slice,
        generation,
      }))
      for (const claim of await workshop.claimThese(names, false)) await workshop.apply(claim)
    }
    const end = await leadBatch({
      ...{ lead, queue: undefined, definition: '', limits, sliceRows: () => 1, isSizeLive: false },
      ...{ pace: async () => undefined, canary: undefined, signal: new AbortController().signal },
      ...{ isAway: () => false, tell: () => {}, silent: () => {} },
    })
    expect(end.state).toBe('finished')
    expect(looks).toEqual([
      [0, 200],
      [0, 200],
      [8, 200], // 12 are left, and 8 were done
      [12, 200],
      [19, 20],
    ])
  })
})
