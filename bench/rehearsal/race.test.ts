import { describe, expect, it } from 'vitest'
import { compare, race, type Side } from './race.ts'

function side(name: string, took: readonly number[], order: string[] = []): Side {
  const left = [...took]
  return {
    name,
    async time() {
      order.push(name)
      return left.shift() ?? Number.NaN
    },
  }
}

describe('a race', () => {
  it('runs every side in every round, lets another begin each time, and discards the first round', async () => {
    const order: string[] = []
    const [a, b] = [side('a', [9, 1, 2], order), side('b', [9, 3, 4], order)]
    const took = await race([a, b], 2, () => {})
    expect(order.join('')).toBe('abbaab')
    expect([took.get(a), took.get(b)]).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  it('is told by the ratios of single rounds', async () => {
    const [baseline, measured] = [side('plain', [0, 10, 20, 10]), side('ours', [0, 20, 22, 11])]
    const took = await race([baseline, measured], 3, () => {})
    expect(compare('x', took, { measured, baseline, timesAtMost: 1.1 })).toEqual({
      ...{ name: 'x', measured: 'ours', baseline: 'plain', measuredMs: 20, baselineMs: 10, timesAtMost: 1.1 },
      ...{ ratios: [2, 1.1, 1.1], times: 1.1 },
    })
  })
})
