import { describe, expect, it } from 'vitest'
import { Stride } from './stride.ts'

/** What is taken from then on, one time after another, when what was taken lasts so long. */
function strides(stride: Stride, lasts: (size: number) => number, times = 10, from = 0): number[] {
  const sizes: number[] = []
  for (let now = from; sizes.length < times; now += lasts(sizes.at(-1) ?? 0)) sizes.push(stride.next(now))
  return sizes
}

describe('a stride', () => {
  it('grows while what is taken lasts too short, up to the most', () => {
    const stride = new Stride({ aboutMs: 60, most: 32 })
    expect(strides(stride, () => 1)).toEqual([1, 2, 4, 8, 16, 32, 32, 32, 32, 32])
  })

  it('stays where it lasts about so long', () => {
    const stride = new Stride({ aboutMs: 60, most: 32 })
    expect(strides(stride, (size) => size * 10).slice(-3)).toEqual([8, 8, 8])
  })

  it('shrinks when it lasts too long, down to the least', () => {
    const stride = new Stride({ aboutMs: 60, least: 4, most: 32 })
    strides(stride, () => 1)
    expect(strides(stride, () => 1_000, 5, 1_000)).toEqual([16, 8, 4, 4, 4])
  })

  it('is one at first, and after a long rest', () => {
    const stride = new Stride({ aboutMs: 60, most: 32 })
    expect([stride.next(0), stride.next(10), stride.next(10_000), stride.next(20_000)]).toEqual([1, 2, 1, 1])
  })
})
