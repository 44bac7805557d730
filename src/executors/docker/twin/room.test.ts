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

const roomy = { memoryBytes: 64e6, diskBytes: 100e6, threads: 900, maxThreads: 1_000 }
const roomBeside = (room: object, needed = 64e6) =>
  roomFor(inspected(), { ...roomy, ...room }, async () => needed)

it('a machine with just as much as a twin may need has room', async () => {
  expect(await roomBeside({})).toBeUndefined()
})

it.each([
  ['memory', { memoryBytes: 64e6 - 1 }, /of memory available, and a twin of .+ may need/],
  ['disk', { diskBytes: 100e6 - 1 }, /left on the disk of its containers, and a run needs/],
  ['threads', { threads: 901 }, /can start 99 more threads, and a run needs 100/],
])('a machine with a little less %s than a twin may need has none', async (_, less, message) => {
  expect(await roomBeside(less)).toMatchObject({
    code: 'NO_ROOM',
    message: expect.stringMatching(message),
  })
})
