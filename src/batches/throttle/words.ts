import type { Reading } from './reading.ts'

/**
 * What keeps a batch back, in words: `throttled: replica lag 12 s > 5 s`, `throttled: WAL 19 MB/s of 20 MB/s`,
 * `stopped: replica lag can't be read: …`.
 */
export function limitedBy(how: 'throttled' | 'stopped', reading: Reading): string {
  if ('cannotRead' in reading) return `${how}: ${reading.name} can't be read: ${reading.cannotRead}`
  const { name, unit, value, max } = reading
  const most = figure(max, 3)
  const isOver = value > max
  // 5.0004 > 5 would read "5 > 5" with few digits.
  const now =
    [3, 6, 15].map((digits) => figure(value, digits)).find((text) => !isOver || text !== most) ?? most
  const withUnit = (text: string) => (unit === '' ? text : `${text} ${unit}`)
  return `${how}: ${name} ${withUnit(now)} ${isOver ? '>' : 'of'} ${withUnit(most)}`
}

/** With so many digits that matter, but never with a whole digit less. */
function figure(value: number, digits: number): string {
  const whole = Math.trunc(Math.abs(value)).toString().length
  return value.toLocaleString('en', { maximumSignificantDigits: Math.min(21, Math.max(digits, whole)) })
}
