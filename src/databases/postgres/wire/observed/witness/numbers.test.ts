import { describe, expect, it } from 'vitest'
import { Numbers } from './numbers.ts'

/** What the server would read. */
function read(bytes: Buffer): readonly number[] {
  if (bytes.readInt32BE(0) === 0) return []
  const width = bytes.readInt32BE(8) === 20 ? 8 : 4
  const count = bytes.readInt32BE(12)
  expect(bytes.length).toBe(20 + count * (4 + width))
  return Array.from({ length: count }, (_, index) => {
    const at = 20 + index * (4 + width)
    expect(bytes.readInt32BE(at)).toBe(width)
    return width === 8 ? Number(bytes.readBigInt64BE(at + 4)) : bytes.readUInt32BE(at + 4)
  })
}

describe('numbers that are known', () => {
  it.each(['int8', 'oid'] as const)('are in ascending order for the server, as %s', (type) => {
    const some = Array.from({ length: 500 }, (_, index) => ((index * 7_919) % 500) * 8_000_000)
    const numbers = new Numbers(type, some)
    expect([...numbers]).toEqual(some)
    expect(read(numbers.parameter)).toEqual(some.toSorted((one, other) => one - other))
  })

  it('are an empty array at first', () => {
    expect(read(new Numbers('oid').parameter)).toEqual([])
  })

  it('are each there once', () => {
    const numbers = new Numbers('int8', [3, 1, 3])
    expect(read(numbers.parameter)).toEqual([1, 3])
    expect(numbers.all.count).toBe(2)
  })

  it('are told from those that were added later', () => {
    const numbers = new Numbers('int8', [5, 2])
    const { count } = numbers.all
    numbers.add(1)
    expect([5, 2, 1, 9].map((one) => numbers.isAmong(one, count))).toEqual([true, true, false, false])
    expect([...numbers.with([7], count)]).toEqual([5, 2, 7])
  })
})
