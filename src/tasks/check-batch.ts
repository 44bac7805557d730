import { suggest } from '../core/text.ts'
import type { BatchTask } from './task.ts'

type Limits = Readonly<Record<string, unknown>>

const limitChecks: Readonly<Record<string, (value: unknown) => boolean>> = {
  tries: (value) => isWhole(value, 1),
  buried: (value) => isWhole(value, 0) || (typeof value === 'string' && /^\d+(?:\.\d+)?%$/.test(value)),
  sliceMs: (value) => isWhole(value, 1),
  leaseMs: (value) => isWhole(value, 500),
}

/** Throws a sentence when a batch is not defined as it must be. What only the database knows is looked at by its lead. */
export function checkBatch({
  source,
  slice,
  limits,
  process,
  statement,
  throttle,
  database,
}: BatchTask): void {
  if (typeof database !== 'string' || database === '') throw new TypeError('It names no `database`.')
  checkSource(source)
  if ((process === undefined) === (statement === undefined)) {
    throw new TypeError('It needs either `statement` or `process`, which say what is done with a slice.')
  }
  if (slice !== undefined) checkSize(slice)
  checkLimits((limits ?? {}) as Limits)
  if (throttle !== undefined && !(Array.isArray(throttle) && throttle.every((signal) => 'read' in signal))) {
    throw new TypeError("Its `throttle` is no list of signals, such as [replicaLag({ max: '5s' })].")
  }
}

function checkSource(source: BatchTask['source']): void {
  const { key } = source ?? {}
  const columns = Array.isArray(key) ? key : [key]
  if (columns.length === 0 || !columns.every((column) => typeof column === 'string' && column !== '')) {
    throw new TypeError('Its source has no `key`: the column, or columns, by which it is sliced.')
  }
  if ('table' in source === 'query' in source)
    throw new TypeError('Its source needs either `table` or `query`.')
}

function checkSize(slice: object): void {
  const [[kind, size] = [], ...others] = Object.entries(slice)
  if (others.length === 0 && ['rows', 'targetMs'].includes(String(kind)) && isWhole(size, 1)) return
  throw new TypeError(`Its slice is ${JSON.stringify(slice)}; it is { rows: 1000 } or { targetMs: 250 }.`)
}

function checkLimits(limits: Limits): void {
  for (const [name, value] of Object.entries(limits)) {
    const isRight = limitChecks[name]
    if (isRight === undefined) {
      throw new TypeError(
        `Its limits have no "${name}". ${suggest(name, Object.keys(limitChecks), 'limits')}`,
      )
    }
    if (!isRight(value))
      throw new TypeError(`Its limit ${name} is ${JSON.stringify(value)}, which is no such limit.`)
  }
}

function isWhole(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && Number(value) >= least
}
