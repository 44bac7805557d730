import fc from 'fast-check'
import { expect, it } from 'vitest'
import { WalHistory } from './wal-history.ts'

it('tells since when something is there that was not replayed', () => {
  const history = new WalHistory()
  history.note(100, 1_000, 100)
  history.note(200, 2_000, 100)
  history.note(200, 3_000, 100)
  history.note(300, 4_000, 100)
  expect([100, 150, 200, 299, 300].map((replayed) => history.age(replayed, 5_000))).toEqual([
    3_000, 3_000, 1_000, 1_000, 0,
  ])
})

it('tells the true age, whenever nothing or much is written', () => {
  const growth = fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 300 })
  fc.assert(
    fc.property(growth, fc.nat({ max: 999 }), (growths, permille) => {
      const history = new WalHistory()
      let written = 0
      const at = growths.map((bytes, second) => {
        written += bytes
        history.note(written, second * 1_000, 0)
        return written
      })
      const replayed = (written * permille) / 1_000
      const missed = at.findIndex((then) => then > replayed)
      const now = growths.length * 1_000
      expect(history.age(replayed, now)).toBe(missed === -1 ? 0 : now - missed * 1_000)
    }),
  )
})

it('keeps to a bound, the age of the oldest, and of what is new', () => {
  const history = new WalHistory()
  for (let second = 0; second < 20_000; second += 1) history.note(second + 1, second, 0)
  expect(history.age(0, 20_000)).toBe(20_000)
  expect(history.age(19_700, 20_000)).toBeCloseTo(300, -1)
})
