import { describe, expect, it } from 'vitest'
import { compare, median } from './harness.ts'

describe('comparing', () => {
  it('runs both sides in every round, takes turns, and discards the first round', async () => {
    const order: string[] = []
    const side = (name: string) => ({ name, run: async () => void order.push(name) })
    const goal = { timesAtMost: 1 }
    const result = await compare({ name: 'x', baseline: side('a'), measured: side('b'), goal, rounds: 3 })
    expect(order.join('')).toBe('abbaabba')
    expect(result).toMatchObject({ name: 'x', measured: 'b', baseline: 'a', rounds: 3, goal })
  })

  it.each([
    { goal: { timesAtMost: 1_000_000 }, isWithinGoal: true },
    { goal: { timesAtMost: 0 }, isWithinGoal: false },
    { goal: { addsAtMostMs: 60_000 }, isWithinGoal: true },
    { goal: { addsAtMostMs: -60_000 }, isWithinGoal: false },
  ])('holds the result against the goal: $goal', async ({ goal, isWithinGoal }) => {
    const side = { name: 'nothing', run: async () => {} }
    expect(await compare({ name: 'x', baseline: side, measured: side, goal, rounds: 1 })).toMatchObject({
      isWithinGoal,
    })
  })

  it('takes the middle, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([9, 1, 5, 7])).toBe(6)
  })
})
