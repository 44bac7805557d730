import { PurserError, reasonOf } from '../../../core/errors.ts'
import { list } from '../../../core/text.ts'
import type { Key } from '../../../runs/slice.ts'
import { rawSql, type Sql, sql } from '../../../tasks/sql.ts'
import type { SourceQuery } from '../../slice-ledger.ts'
import { passes, sqlStateOf } from '../sql-state.ts'
import { descending, type KeyColumns, keyAsJson } from './key-range.ts'
import { quoteName, quoteTable, renderOnce } from './render.ts'
import type { Session } from './session.ts'

/** A source as it was found in the database. */
export interface InspectedSource {
  readonly source: SourceQuery
  readonly key: KeyColumns
}

/** A source's rows, under the filter, as something to select from. */
export function rowsOf(source: SourceQuery, condition: Sql): Sql {
  const filter = source.where === undefined ? rawSql('') : sql` and (${source.where}\n)`
  return sql`${fromOf(source)} where ${condition}${filter}`
}

/** What stands behind `from`. */
function fromOf({ table, query }: SourceQuery): Sql {
  return table === undefined ? sql`(${query}\n) as purser_source` : rawSql(quoteTable(table))
}

/** Looks at a source's key, and whether it can be sliced by. Throws `BATCH_SOURCE_WRONG`, `BATCH_KEY_UNFIT`. */
export async function inspectSource(session: Session, source: SourceQuery): Promise<InspectedSource> {
  const inspected = await inspectKey(session, source)
  if (source.table !== undefined) await checkKey(session, source.table, source.key)
  return inspected
}

/** Looks at a source's key only. Throws `BATCH_SOURCE_WRONG`. */
export async function inspectKey(session: Session, source: SourceQuery): Promise<InspectedSource> {
  return { source, key: { columns: source.key, types: await keyTypes(session, source) } }
}

async function keyTypes(session: Session, source: SourceQuery): Promise<readonly string[]> {
  const columns = rawSql(source.key.map(quoteName).join(', '))
  try {
    const statement = sql`select ${columns} from ${rowsOf(source, rawSql('true'))} order by ${columns} limit 0`
    const { fields } = await session.query(renderOnce(statement))
    const types = fields.map(({ dataTypeID, dataTypeModifier }) => [dataTypeID, dataTypeModifier])
    const { rows } = await session.query<{ type: string }>({
      text: `select format_type((t->>0)::oid, (t->>1)::int) as type from jsonb_array_elements($1::jsonb) with ordinality as a(t, n) order by n`,
      values: [JSON.stringify(types)],
    })
    return rows.map(({ type }) => type)
  } catch (error) {
    throw sourceWrong(error)
  }
}

function sourceWrong(error: unknown): unknown {
  // a server that ends or is in somebody's way says nothing about the source
  if (sqlStateOf(error) === undefined || passes(error)) return error
  return new PurserError('BATCH_SOURCE_WRONG', {
    message: `The batch's source can't be read: ${reasonOf(error)}.`,
    remedy: 'Correct the table, key or filter of the task. Nothing was changed.',
    cause: error,
  })
}

interface KeyFacts {
  readonly kind: string
  readonly nullable: readonly string[]
  readonly isUnique: boolean
  readonly isOrdered: boolean
}

// The key is unique where the columns of a unique index are among its own; it is read in order where the first columns
// of an index are the key's, all in one direction (indoption's lowest bit is `desc`) and in the key's own order.
const keyFacts = `
with wanted as (
  select c.oid, c.relkind, array(
    select a.attnum from unnest($2::text[]) with ordinality as k(name, n)
      join pg_attribute a on a.attrelid = c.oid and a.attname = k.name and a.attnum > 0 order by n
  ) as columns
  from pg_class c where c.oid = $1::regclass
), indexes as (
  select i.indisunique, (i.indkey::int2[])[0:i.indnkeyatts - 1] as columns, i.indnkeyatts,
         array(select o & 1 from unnest((i.indoption::int2[])[0:cardinality(w.columns) - 1]) as o) as directions,
         not exists (
           select from unnest(i.indkey::int2[], i.indcollation::oid[], i.indclass::oid[]) as k(attnum, coll, class)
             join pg_attribute a on a.attrelid = w.oid and a.attnum = k.attnum and a.attnum = any (w.columns)
             join pg_opclass o on o.oid = k.class
           where a.attcollation <> k.coll or not o.opcdefault
         ) as "isLikeKey"
  from wanted w join pg_index i on i.indrelid = w.oid join pg_class ic on ic.oid = i.indexrelid
    join pg_am am on am.oid = ic.relam
  where i.indisvalid and i.indpred is null and i.indexprs is null and am.amname = 'btree'
)
select w.relkind as kind,
  array(select a.attname::text from pg_attribute a
        where a.attrelid = w.oid and a.attnum = any(w.columns) and not a.attnotnull) as nullable,
  exists (select from indexes i where i.indisunique and i.columns <@ w.columns) as "isUnique",
  exists (select from indexes i where i."isLikeKey" and (i.columns)[1:cardinality(w.columns)] = w.columns
          and (select count(distinct d) from unnest(i.directions) as d) = 1) as "isOrdered"
from wanted w`

async function checkKey(session: Session, table: string, key: readonly string[]): Promise<void> {
  const { rows } = await session.query<KeyFacts>({ text: keyFacts, values: [quoteTable(table), key] })
  const [facts] = rows
  if (facts === undefined || !['r', 'p', 'm'].includes(facts.kind)) {
    throw new PurserError('BATCH_SOURCE_WRONG', {
      message: `"${table}" is no table, so that nothing is known of its key.`,
      remedy: 'Name a table, or give the select as `query`.',
    })
  }
  const faults = [
    ...facts.nullable.map((column) => `the column "${column}" may be null`),
    ...(facts.isUnique ? [] : ['no unique index says that there is one row for each']),
    ...(facts.isOrdered ? [] : ['no index begins with it, so that every slice would read the whole table']),
  ]
  if (faults.length === 0) return
  throw new PurserError('BATCH_KEY_UNFIT', {
    message: `The key ${list(key)} of "${table}" can't be sliced by: ${faults.join('; ')}.`,
    remedy: 'Choose the primary key, or make a unique index over columns that are not null.',
  })
}

/** The last key there is now; `undefined` where there is no row. Without the filter, so that the index answers. */
export async function lastKey(session: Session, { source, key }: InspectedSource): Promise<Key | undefined> {
  const statement = sql`select ${keyAsJson(key)} as key from ${fromOf(source)} order by ${descending(key)} limit 1`
  const { rows } = await session.query<{ key: Key }>(renderOnce(statement))
  const last = rows[0]?.key as readonly (string | null)[] | undefined
  // null comes after all else, and nothing is up to it; in a later column it may hide
  if (last?.includes(null) === true) throw nullInKey(key)
  if (source.table === undefined && key.columns.length > 1) await checkNoNull(session, source, key)
  return last as Key | undefined
}

async function checkNoNull(session: Session, source: SourceQuery, key: KeyColumns): Promise<void> {
  const isNull = rawSql(`(${key.columns.map((column) => `${quoteName(column)} is null`).join(' or ')})`)
  const { rows } = await session.query(renderOnce(sql`select from ${rowsOf(source, isNull)} limit 1`))
  if (rows.length > 0) throw nullInKey(key)
}

function nullInKey({ columns }: KeyColumns): PurserError {
  return new PurserError('BATCH_KEY_UNFIT', {
    message: `The key ${list(columns)} can't be sliced by: there are rows where it is null.`,
    remedy: 'Leave those rows out in the `query`, or choose a key that every row has.',
  })
}

/** About how many rows there are, as the planner thinks. */
export async function estimateRows(session: Session, { source }: InspectedSource): Promise<number> {
  const statement = sql`explain (format json) select from ${rowsOf(source, rawSql('true'))}`
  const { rows } = await session.query<{ 'QUERY PLAN': readonly [{ Plan: { 'Plan Rows': number } }] }>(
    renderOnce(statement),
  )
  return rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0
}
