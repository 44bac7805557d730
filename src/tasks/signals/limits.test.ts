import { describe, expect, it } from 'vitest'
import { type ByteRateText, byteRateLimit, type DurationText, durationLimit, numberLimit } from './limits.ts'

describe('a duration', () => {
  it.each([
    ['50ms', { max: 50, unit: 'ms', size: 1 }],
    ['1.5s', { max: 1.5, unit: 's', size: 1_000 }],
    ['2m', { max: 2, unit: 'min', size: 60_000 }],
    ['1h', { max: 1, unit: 'h', size: 3_600_000 }],
  ] as const)('%s is kept in its own unit', (text, limit) => {
    expect(durationLimit('replicaLag', text)).toEqual(limit)
  })

  it.each(['5', '', '0s', '-5s', '5 sec', '5S', '5s5s', '1e3ms', 'Infinitys', '5constructor', 5, undefined])(
    '%j is none',
    (text) => {
      expect(() => durationLimit('replicaLag', text as DurationText)).toThrow(
        expect.objectContaining({
          code: 'TASK_BROKEN',
          message: `replicaLag can't have ${typeof text === 'string' ? `"${text}"` : text} as its max. Write a duration such as "50ms", "5s" or "2m".`,
        }),
      )
    },
  )
})

describe('a rate', () => {
  it.each([
    ['20MB/s', { max: 20, unit: 'MB/s', size: 1_000_000 }],
    ['16MiB/s', { max: 16, unit: 'MiB/s', size: 16 * 65_536 }],
    ['500kB/s', { max: 500, unit: 'kB/s', size: 1_000 }],
  ] as const)('%s is kept in its own unit', (text, limit) => {
    expect(byteRateLimit('walRate', text)).toEqual(limit)
  })

  it.each(['20MB', '20', '20mb/s', '20MB/min', '0MB/s', '/s'])('%j is none', (text) => {
    expect(() => byteRateLimit('walRate', text as ByteRateText)).toThrow(
      `walRate can't have "${text}" as its max. Write a rate such as "500kB/s" or "20MB/s".`,
    )
  })
})

it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '2', undefined])('%j is no number for a max', (max) => {
  expect(numberLimit('lockWaits', 0)).toBe(0)
  expect(() => numberLimit('lockWaits', max as number)).toThrow('Write a number of 0 or more.')
})
