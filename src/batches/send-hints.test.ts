import { expect, it } from 'vitest'
import type { Tally } from '../databases/slice-ledger.ts'
import { Stall } from './send-hints.ts'

const tally = (change: Partial<Tally>): Tally => ({
  state: 'running',
  rows: 0,
  slices: 0,
  buried: 0,
  claimed: 0,
  waiting: 5,
  totalRows: 10,
  isPlanned: false,
  ...change,
})

it('sends nothing again while slices are worked on', () => {
  let now = 0
  const stall = new Stall(() => now)
  const asked = Array.from({ length: 100 }, (_, at) => {
    now += 1_000
    return stall.resendAfterMs(tally({ slices: at }))
  })
  expect(asked.every((age) => age === undefined)).toBe(true)
  now += 60_000
  expect(stall.resendAfterMs(tally({ slices: 99, claimed: 1 }))).toBeUndefined()
})

it('sends again what waits when nothing moves, less and less often', () => {
  let now = 0
  const stall = new Stall(() => now)
  const resent: number[] = []
  for (; now <= 100_000; now += 1_000) {
    if (stall.resendAfterMs(tally({})) !== undefined) resent.push(now)
  }
  expect(resent).toEqual([5_000, 15_000, 35_000, 75_000])
})

it('begins anew once something moved', () => {
  let now = 0
  const stall = new Stall(() => now)
  for (; now <= 40_000; now += 1_000) stall.resendAfterMs(tally({}))
  expect(stall.resendAfterMs(tally({ slices: 1 }))).toBeUndefined()
  now += 5_000
  expect(stall.resendAfterMs(tally({ slices: 1 }))).toBe(5_000)
})

it('never sends again where nothing waits', () => {
  let now = 0
  const stall = new Stall(() => now)
  for (; now <= 1_000_000; now += 10_000) {
    expect(stall.resendAfterMs(tally({ waiting: 0 }))).toBeUndefined()
  }
})

it('asks again soon for as long as the queue takes nothing', () => {
  let now = 0
  const stall = new Stall(() => now)
  const resent: number[] = []
  for (; now <= 8_000; now += 1_000) {
    if (stall.resendAfterMs(tally({})) === undefined) continue
    resent.push(now)
    stall.refused()
  }
  expect(resent).toEqual([5_000, 6_000, 7_000, 8_000])
})
