import type { Key } from '../../../runs/slice.ts'
import { rawSql, type Sql, sql } from '../../../tasks/sql.ts'
import { above, columnsOf, descending, type KeyColumns, keyAsJson, upTo } from './key-range.ts'
import { renderOnce } from './render.ts'
import type { Session } from './session.ts'
import { type InspectedSource, rowsOf } from './source.ts'

/** The last key of a slice, and how many rows are in it. */
export interface Bound {
  readonly upper: Key
  readonly rows: number
}

/** Where slices are to be cut: after a key (from the beginning without one), up to and with another. */
interface Stretch {
  readonly after: Key | undefined
  readonly last: Key | undefined
}

/**
 * The bounds of the next slices in order; fewer than asked for where the rows end. It hops from bound to bound along the
 * index, so that it costs what is planned now, however many rows there are.
 */
export async function nextBounds(
  session: Session,
  source: InspectedSource,
  stretch: Stretch,
  { slices, rows }: { readonly slices: number; readonly rows: number },
): Promise<readonly Bound[]> {
  const hops = await hop(session, source, stretch, { slices, rows })
  const full = hops.map((upper) => ({ upper, rows }))
  if (full.length === slices) return full
  const rest = await lastBound(session, source, { ...stretch, after: hops.at(-1) ?? stretch.after })
  return rest === undefined ? full : [...full, rest]
}

/** Every `rows`th key. */
async function hop(
  session: Session,
  { source, key }: InspectedSource,
  { after, last }: Stretch,
  { slices, rows }: { readonly slices: number; readonly rows: number },
): Promise<readonly Key[]> {
  const columns = columnsOf(key)
  const end = last === undefined ? rawSql('true') : upTo(key, last)
  const next = (start: Sql) =>
    sql`select ${columns} from ${rowsOf(source, sql`${start} and ${end}`)} order by ${columns} offset ${rows - 1} limit 1`
  const statement = sql`
    with recursive purser_bound as (
      select 1 as purser_n, o.* from (${next(above(key, after))}) as o
      union all
      select purser_bound.purser_n + 1, o.* from purser_bound cross join lateral (${next(beyond(key))}) as o
      where purser_bound.purser_n < ${slices}
    )
    select ${keyAsJson(key)} as purser_upper from purser_bound order by purser_n`
  const found = await session.query<{ purser_upper: Key }>(renderOnce(statement))
  return found.rows.map(({ purser_upper }) => purser_upper)
}

function beyond(key: KeyColumns): Sql {
  return sql`(${columnsOf(key)}) > (${columnsOf(key, 'purser_bound')})`
}

/** What is left when no whole slice is. */
async function lastBound(
  session: Session,
  { source, key }: InspectedSource,
  { after, last }: Stretch,
): Promise<Bound | undefined> {
  const columns = columnsOf(key)
  const end = last === undefined ? rawSql('true') : upTo(key, last)
  const left = sql`select ${columns} from ${rowsOf(source, sql`${above(key, after)} and ${end}`)}`
  const numbered = sql`select ${columns}, count(*) over () as purser_rows from (${left}) as o`
  const found = await session.query<{ purser_upper: Key; purser_rows: number }>(
    renderOnce(
      sql`select ${keyAsJson(key)} as purser_upper, purser_rows::int from (${numbered}) as s order by ${descending(key)} limit 1`,
    ),
  )
  const [bound] = found.rows
  return bound === undefined ? undefined : { upper: bound.purser_upper, rows: bound.purser_rows }
}
