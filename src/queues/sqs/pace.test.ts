import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Pace } from './pace.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

function after(...tookMs: readonly number[]): number {
  const pace = new Pace()
  for (const ms of tookMs) {
    pace.handed(1)
    vi.advanceTimersByTime(ms)
    pace.asked()
  }
  return pace.count()
}

it.each([
  [[], 10],
  [[2, 2, 2], 10],
  [[250, 250], 4],
  [[60_000], 1],
  [[60_000, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 10],
])('after messages that took %j ms, %i are asked for at once', (took, count) => {
  expect(after(...took)).toBe(count)
})
