import type { Key, KeyRange, SliceClaim } from '../../../runs/slice.ts'
import { joinSql, rawSql, type Sql, sql } from '../../../tasks/sql.ts'
import { PerSlice, quoteName } from './render.ts'

/** The key of a source: its columns, and their types as `format_type` names them. */
export interface KeyColumns {
  readonly columns: readonly string[]
  readonly types: readonly string[]
}

/** The columns as a list, of a table or alias where one is named. */
export function columnsOf({ columns }: KeyColumns, alias?: string): Sql {
  const prefix = alias === undefined ? '' : `${quoteName(alias)}.`
  return rawSql(columns.map((column) => `${prefix}${quoteName(column)}`).join(', '))
}

/** Each column as text, as `["7","CH"]`: what a key is written down as. */
export function keyAsJson({ columns }: KeyColumns, alias?: string): Sql {
  const prefix = alias === undefined ? '' : `${quoteName(alias)}.`
  return rawSql(
    `jsonb_build_array(${columns.map((column) => `${prefix}${quoteName(column)}::text`).join(', ')})`,
  )
}

/**
 * Each column as text that no setting of the session changes, but for those of intervals: what a row is known by
 * outside. Dates and times have all their digits, which JavaScript's have not.
 */
export function keyAsName({ columns, types }: KeyColumns): Sql {
  const texts = columns.map((column, at) => {
    const [name, type] = [quoteName(column), types[at] ?? '']
    if (!/^(date|timestamp)/.test(type)) return `${name}::text`
    return `to_jsonb(${type.endsWith('with time zone') ? `${name} at time zone 'UTC'` : name}) #>> '{}'`
  })
  return rawSql(`jsonb_build_array(${texts.join(', ')})`)
}

/** Descending order of the same columns. */
export function descending({ columns }: KeyColumns): Sql {
  return rawSql(columns.map((column) => `${quoteName(column)} desc`).join(', '))
}

/** `(a, b) > ($1::int, $2::text)` with fixed values. */
export function above(key: KeyColumns, lower: Key | undefined): Sql {
  return lower === undefined ? rawSql('true') : compare(key, '>', lower)
}

export function upTo(key: KeyColumns, upper: Key): Sql {
  return compare(key, '<=', upper)
}

/** The bounds of the slice that is being worked on. The first has no lower one, and so a statement of its own. */
export function withinSlice(key: KeyColumns, hasLower: boolean, alias?: string): Sql {
  const upper = compare(
    key,
    '<=',
    perSlice(key, ({ upper }) => upper),
    alias,
  )
  if (!hasLower) return upper
  return sql`${compare(
    key,
    '>',
    perSlice(key, ({ lower = [] }) => lower),
    alias,
  )} and ${upper}`
}

/** The bounds of a range with fixed values. */
export function withinRange(key: KeyColumns, { lower, upper }: KeyRange): Sql {
  return sql`${above(key, lower)} and ${upTo(key, upper)}`
}

function perSlice({ columns }: KeyColumns, bound: (claim: SliceClaim) => Key): PerSlice[] {
  return columns.map((_, at) => new PerSlice('data', (claim) => bound(claim)[at]))
}

function compare(key: KeyColumns, operator: '>' | '<=', values: readonly unknown[], alias?: string): Sql {
  const typed = values.map((value, at) => sql`${value}::${rawSql(key.types[at] ?? 'text')}`)
  return sql`(${columnsOf(key, alias)}) ${rawSql(operator)} (${joinSql(typed, ', ')})`
}
