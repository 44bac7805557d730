import type { SourceQuery } from '../databases/slice-ledger.ts'
import type { BatchKey, SliceCondition, SliceContext, SliceSize } from '../tasks/batch.ts'
import { isSql, type Sql } from '../tasks/sql.ts'
import type { BatchTask } from '../tasks/task.ts'
import type { ThrottleSignal } from '../tasks/throttle.ts'

/** A batch with its parameters in their places. */
export interface Batch {
  readonly task: string
  readonly params: unknown
  readonly source: SourceQuery
  readonly size: SliceSize
  readonly throttle: readonly ThrottleSignal[]
  readonly limits: Limits
  readonly statement?: (slice: SliceCondition) => Sql
  readonly process?: (context: SliceContext<unknown>) => unknown
}

export interface Limits {
  readonly tries: number
  readonly buried: number | `${number}%`
  readonly sliceMs: number
  readonly leaseMs: number
}

const standard: Limits = { tries: 3, buried: 100, sliceMs: 60_000, leaseMs: 30_000 }

/** What a task says of its batch, for these parameters. Throws what the task's own functions throw. */
export function resolveBatch(task: BatchTask, params: unknown): Batch {
  const { statement, process } = task
  return {
    task: task.name,
    params,
    source: resolveSource(task, params),
    size: task.slice ?? { rows: 1_000 },
    throttle: task.throttle ?? [],
    limits: { ...standard, ...task.limits },
    ...(statement === undefined
      ? {}
      : { statement: (slice) => asSql(statement({ params, slice }), 'statement') }),
    ...(process === undefined ? {} : { process: (context) => process(context) }),
  }
}

function resolveSource({ source }: BatchTask, params: unknown): SourceQuery {
  const key = columnsOf(source.key)
  const given = (part: Sql | ((params: unknown) => Sql), name: string) =>
    asSql(typeof part === 'function' ? part(params) : part, name)
  if ('query' in source) return { key, query: given(source.query, 'query') }
  const { table, where } = source
  return where === undefined ? { key, table } : { key, table, where: given(where, 'where') }
}

/** Most significant first. */
export function columnsOf(key: BatchKey): readonly string[] {
  return typeof key === 'string' ? [key] : key
}

function asSql(value: unknown, name: string): Sql {
  if (isSql(value)) return value
  throw new TypeError(`The batch's ${name} is no piece of SQL: write it as sql\`…\`.`)
}
