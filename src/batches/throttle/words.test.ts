import { expect, it } from 'vitest'
import { limitedBy } from './words.ts'

it.each([
  [{ name: 'replica lag', unit: 's', value: 12, max: 5 }, 'replica lag 12 s > 5 s'],
  [{ name: 'WAL', unit: 'MB/s', value: 26.04, max: 20 }, 'WAL 26 MB/s > 20 MB/s'],
  [{ name: 'WAL', unit: 'MB/s', value: 18.649, max: 20 }, 'WAL 18.6 MB/s of 20 MB/s'],
  [{ name: 'latency', unit: 'ms', value: 50.0004, max: 50 }, 'latency 50.0004 ms > 50 ms'],
  [{ name: 'latency', unit: 'ms', value: 50, max: 50 }, 'latency 50 ms of 50 ms'],
  [{ name: 'mails', unit: '', value: 12_345, max: 1_234 }, 'mails 12,345 > 1,234'],
  [
    { name: 'autovacuum workers on places', unit: '', value: 1, max: 0 },
    'autovacuum workers on places 1 > 0',
  ],
  [
    { name: 'replica lag', cannotRead: 'no answer for 2.0 s' },
    "replica lag can't be read: no answer for 2.0 s",
  ],
])('says what keeps a batch back: %j', (reading, words) => {
  expect(limitedBy('throttled', reading)).toBe(`throttled: ${words}`)
})
