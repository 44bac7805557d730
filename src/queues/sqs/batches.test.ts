import { describe, expect, it } from 'vitest'
import type { SliceHint } from '../queue.ts'
import { batchesOf } from './batches.ts'

const hint = (slice: number, other: Partial<SliceHint> = {}): SliceHint => ({
  batch: 'b1',
  slice,
  generation: 0,
  sending: 1,
  definition: 'd1',
  ...other,
})
const hints = (count: number, other?: Partial<SliceHint>) =>
  Array.from({ length: count }, (_, slice) => hint(slice, other))
const [[{ entry: first } = { entry: undefined }] = []] = batchesOf([hint(0)], true)
const inOrder = (other: SliceHint) => batchesOf([other], true)[0]?.[0]?.entry

describe('batches of hints', () => {
  it.each([
    [0, []],
    [1, [1]],
    [10, [10]],
    [23, [10, 10, 3]],
  ])('of %i are as few as there can be', (count, sizes) => {
    const batches = batchesOf(hints(count), false)
    expect(batches.map(({ length }) => length)).toEqual(sizes)
    expect(batches.flat().map(({ hint: { slice } }) => slice)).toEqual(hints(count).map(({ slice }) => slice))
  })

  it('are smaller where ten would be too many bytes', () => {
    const batches = batchesOf(hints(10, { definition: 'ü'.repeat(150_000) }), false)
    expect(batches.map(({ length }) => length)).toEqual([3, 3, 3, 1])
  })

  it('number their entries, each from 0', () => {
    const ids = batchesOf(hints(12), false).map((batch) => batch.map(({ entry }) => entry.Id))
    expect(ids.map((batch) => batch.join(' '))).toEqual(['0 1 2 3 4 5 6 7 8 9', '0 1'])
  })

  it('have groups only where the queue keeps an order', () => {
    expect(Object.keys(batchesOf([hint(0)], false)[0]?.[0]?.entry ?? {})).toEqual(['Id', 'MessageBody'])
    expect(first?.MessageGroupId).toMatch(/^[0-9a-f]{64}$/)
  })

  it.each([
    ['slice', hint(1), true],
    ['batch', hint(0, { batch: 'b2' }), true],
    ['sending', hint(0, { sending: 2 }), false],
    ['generation', hint(0, { generation: 1 }), false],
  ])('tell another %s from a copy', (_what, other, isAnotherGroup) => {
    const entry = inOrder(other)
    expect(entry?.MessageDeduplicationId).not.toBe(first?.MessageDeduplicationId)
    expect(entry?.MessageGroupId !== first?.MessageGroupId).toBe(isAnotherGroup)
  })

  it('tell nothing else from a copy', () => {
    expect(inOrder(hint(0))?.MessageDeduplicationId).toBe(first?.MessageDeduplicationId)
  })
})
