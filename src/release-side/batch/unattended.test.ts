import { expect, it } from 'vitest'
import type { Tally } from '../../databases/slice-ledger.ts'
import { Unattended } from './unattended.ts'

const idle: Tally = {
  ...{ state: 'running', rows: 0, slices: 0, buried: 0, claimed: 0, waiting: 3, totalRows: 30 },
  isPlanned: true,
}
const words = 'waiting: no worker takes up its slices'

/** What is said in each of ten seconds in which the batch is as it is told. */
function tenSeconds(of: (second: number) => Tally): readonly (string | undefined)[] {
  let now = 0
  const unattended = new Unattended(() => now)
  return Array.from({ length: 10 }, (_, second) => {
    now = second * 1_000
    return unattended.see(of(second))
  })
}

it('says after five seconds that nobody works on a batch', () => {
  expect(tenSeconds(() => idle)).toEqual([...new Array(5).fill(undefined), ...new Array(5).fill(words)])
})

it('says so no more once somebody does', () => {
  const claimed = tenSeconds((second) => (second < 8 ? idle : { ...idle, claimed: 1 }))
  expect(claimed.slice(7)).toEqual([words, undefined, undefined])
})

it.each<[string, (second: number) => Tally]>([
  ['has slices at work', () => ({ ...idle, claimed: 1 })],
  ['goes on between two looks', (second) => ({ ...idle, rows: second * 10 })],
  ['waits for the time after an error', () => ({ ...idle, nextDueMs: 900, error: 'no luck' })],
  ['has nothing to be worked on', () => ({ ...idle, waiting: 0 })],
])('says nothing of a batch that %s', (_, tally) => {
  expect(new Set(tenSeconds(tally))).toEqual(new Set([undefined]))
})
