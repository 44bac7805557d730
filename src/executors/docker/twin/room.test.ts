import { expect, it } from 'vitest'
import { inspected } from '../../../../test/support/docker/inspections.ts'
import { memoryInUse, roomFor } from './room.ts'

it.each([
  ['of cgroup v1', { usage: 900, stats: { total_inactive_file: 600, inactive_file: 1 } }, 300],
  ['of cgroup v2', { usage: 900, stats: { inactive_file: 500 } }, 400],
  ['read at two moments', { usage: 400, stats: { inactive_file: 500 } }, 0],
  ['without its parts', { usage: 900 }, 900],
])('what is in use is no cache: numbers %s', (_, memory_stats, expected) => {
  expect(memoryInUse({ memory_stats })).toBe(expected)
})

it('what an engine without the memory controller tells is nothing', () => {
  expect(memoryInUse({})).toBe(0)
})

const unasked = () => Promise.reject(new Error('Its memory was asked for.'))

it('a machine that tells neither its memory nor its disk is none with room', async () => {
  const refusal = await roomFor(inspected(), { threads: 1, maxThreads: 1_000 }, unasked)
  expect(refusal).toMatchObject({ code: 'NO_ROOM', message: expect.stringContaining('memory and disk') })
  expect(await roomFor(inspected(), { diskBytes: 1e9 }, unasked)).toBeUndefined()
})
