import { PurserError } from '../../core/errors.ts'

/** `500ms`, `90s`, `5m`, `1h`. */
export type DurationText = `${number}${'ms' | 's' | 'm' | 'h'}`

/** Bytes a second: `500kB/s`, `20MB/s`, `16MiB/s`. */
export type ByteRateText = `${number}${'B' | 'kB' | 'KiB' | 'MB' | 'MiB' | 'GB' | 'GiB'}/s`

/** A limit in the unit that it was written in, so that people read their own words again. */
export interface Limit {
  readonly max: number
  readonly unit: string
  /** How many milliseconds, or bytes a second, one of the unit is. */
  readonly size: number
}

const durations = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }
const byteRates = {
  'B/s': 1,
  'kB/s': 1e3,
  'KiB/s': 2 ** 10,
  'MB/s': 1e6,
  'MiB/s': 2 ** 20,
  'GB/s': 1e9,
  'GiB/s': 2 ** 30,
}

/** The limit of a signal that is a time. Throws `TASK_BROKEN`. */
export function durationLimit(signal: string, max: DurationText): Limit {
  const limit = written(max, durations)
  if (limit === undefined) throw unusable(signal, max, 'a duration', 'such as "50ms", "5s" or "2m"')
  return { ...limit, unit: limit.unit === 'm' ? 'min' : limit.unit }
}

/** The limit of a signal that is bytes a second. Throws `TASK_BROKEN`. */
export function byteRateLimit(signal: string, max: ByteRateText): Limit {
  const limit = written(max, byteRates)
  if (limit === undefined) throw unusable(signal, max, 'a rate', 'such as "500kB/s" or "20MB/s"')
  return limit
}

/** The limit of a signal that is a number. Throws `TASK_BROKEN`. */
export function numberLimit(signal: string, max: number): number {
  if (typeof max === 'number' && Number.isFinite(max) && max >= 0) return max
  throw unusable(signal, max, 'a number', 'of 0 or more')
}

function written(text: unknown, units: Readonly<Record<string, number>>): Limit | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?) ?([a-z/]+)$/i.exec(String(text)) ?? []
  const size = Object.hasOwn(units, unit) ? units[unit] : undefined
  const max = Number(amount)
  return size !== undefined && max > 0 && Number.isFinite(max) ? { max, unit, size } : undefined
}

// A task's file throws it while it is loaded: only the message is shown then.
function unusable(signal: string, max: unknown, what: string, example: string): PurserError {
  const given = typeof max === 'string' ? `"${max}"` : String(max)
  const remedy = `Write ${what} ${example}.`
  return new PurserError('TASK_BROKEN', {
    message: `${signal} can't have ${given} as its max. ${remedy}`,
    remedy,
  })
}
