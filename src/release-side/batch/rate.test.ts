import { expect, it } from 'vitest'
import { Rate } from './rate.ts'

it('tells rows a second over the last ten seconds', () => {
  let now = 0
  const rate = new Rate(() => now)
  expect(rate.see(500)).toBeUndefined() // where a batch was when its lead took it on is no speed
  now = 1_000
  expect(rate.see(1_500)).toBe(1_000)
  for (now = 2_000; now <= 60_000; now += 1_000) rate.see(1_500)
  expect(rate.see(1_500)).toBe(0)
})

it('keeps no more looks than it needs', () => {
  let now = 0
  const rate = new Rate(() => now)
  let last: number | undefined
  for (let rows = 0; rows < 100_000; rows += 10) {
    now += 100
    last = rate.see(rows)
  }
  expect(last).toBe(100)
})
