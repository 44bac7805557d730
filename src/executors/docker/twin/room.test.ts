import { expect, it } from 'vitest'
import { inspected } from '../../../../test/support/docker/inspections.ts'
import { openEngine } from '../engine/open-engine.ts'
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

it('a machine that tells neither its memory nor its disk is none with room', async () => {
  using engine = await openEngine({ host: 'unix:///purser-test/no-such.sock' }, {})
  const refusal = await roomFor(engine, inspected(), { threads: 1, maxThreads: 1_000 })
  expect(refusal).toMatchObject({ code: 'NO_ROOM', message: expect.stringContaining('memory and disk') })
  expect(await roomFor(engine, inspected(), { diskBytes: 1e9 })).toBeUndefined()
})
