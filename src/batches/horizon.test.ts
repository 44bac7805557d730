import { expect, it } from 'vitest'
import { Horizon } from './horizon.ts'

it('is what is done in about a second, within its bounds', () => {
  const horizon = new Horizon({ fewest: 8, most: 1_000 })
  expect(horizon.see(0, 0)).toBe(8)
  expect(horizon.see(40, 200)).toBe(8)
  expect(horizon.see(100, 500)).toBe(200)
  expect(horizon.see(100, 999)).toBe(200)
  expect(horizon.see(5_000, 1_500)).toBe(1_000)
  expect(horizon.see(5_001, 2_500)).toBe(8)
})
