import type { Client } from 'pg'
import type { AddedRows, RowsToAdd } from '../../inspector.ts'
import { sqlStateOf } from '../sql-state.ts'
import { plausible } from './clients/plausible.ts'
import { quoted } from './sql.ts'

interface Column {
  readonly name: string
  /** Its type, with its modifier, as SQL writes it. */
  readonly type: string
  /** Its type's own name, its category, and its first and last label where it is an enum. */
  readonly base: string
  readonly category: string
  readonly firstLabel: string | null
  readonly lastLabel: string | null
  /** Of a text that may not be longer. */
  readonly length: number | null
  readonly isNullable: boolean
  readonly hasDefault: boolean
  /** Its values may have to be different from each other. */
  readonly isKey: boolean
}

/** So many kinds of rows: like another one, without values, and with the largest. */
const variants = ['alike', 'empty', 'large'] as const

type Variant = (typeof variants)[number]

/** Writes rows into tables, each row or not at all. */
export async function addRows(
  client: Client,
  wanted: readonly RowsToAdd[],
): Promise<ReadonlyMap<string, AddedRows>> {
  const results = new Map<string, AddedRows>()
  for (const rows of wanted) results.set(rows.table, await addTo(client, rows))
  return results
}

async function addTo(client: Client, { table, columns: changed }: RowsToAdd): Promise<AddedRows> {
  const { rows: columns } = await client.query<Column>(question, [table])
  if (columns.length === 0) return { refusal: 'no column of it can be written' }
  const dot = table.indexOf('.')
  const name = `${quoted(table.slice(0, dot))}.${quoted(table.slice(dot + 1))}`
  let [added, refusal] = [0, '']
  for (const variant of changed.length === 0 ? variants.slice(0, 1) : variants) {
    try {
      const { rowCount } = await client.query(insert(name, columns, new Set(changed), variant))
      added += rowCount ?? 0
    } catch (error) {
      const state = sqlStateOf(error)
      if (state === undefined) throw error
      refusal ||= `SQLSTATE ${state}`
    }
  }
  return added > 0 ? { added } : { refusal }
}

function insert(
  name: string,
  all: readonly Column[],
  changed: ReadonlySet<string>,
  variant: Variant,
): string {
  const columns = all.filter(({ isKey, hasDefault }) => !(isKey && hasDefault))
  const values = columns.map((column) =>
    changed.has(column.name) && !column.isKey ? unusual(column, variant) : usual(column, name),
  )
  if (columns.length === 0) return `insert into ${name} default values`
  // where no row is there to be like, all of it is made up
  return `insert into ${name} (${columns.map((column) => quoted(column.name)).join(', ')})
    select ${values.join(', ')} from (select) one left join lateral (select * from ${name} limit 1) like_it on true`
}

function usual(column: Column, table: string): string {
  if (column.isKey) return fresh(column, table)
  const own = `like_it.${quoted(column.name)}`
  return column.isNullable ? own : `coalesce(${own}, ${madeUp(column)})`
}

function unusual(column: Column, variant: Variant): string {
  if (variant === 'empty' && column.isNullable) return 'null'
  const large = variant === 'large' ? largest(column) : undefined
  return large ?? `coalesce(like_it.${quoted(column.name)}, ${madeUp(column)})`
}

/** A value that no row has. */
function fresh(column: Column, table: string): string {
  const { name, type, base, category, length } = column
  const greatest = `(select max(k.${quoted(name)}) from ${table} k)`
  if (base === 'uuid') return 'gen_random_uuid()'
  if (category === 'N') return `coalesce(${greatest}, 0) + 1`
  if (category === 'S') return `left(md5(random()::text), ${length ?? 32})::${type}`
  if (category === 'D' && base !== 'time' && base !== 'timetz')
    return `(${greatest} + interval '1 day')::${type}`
  return `like_it.${quoted(name)}`
}

function madeUp({ type, base, category, firstLabel, length }: Column): string {
  const value = plausible({ name: base, category, firstLabel })
  const fitting = category === 'S' && length !== null ? value?.slice(0, length) : value
  return fitting === null || fitting === undefined ? `null::${type}` : `${literal(fitting)}::${type}`
}

const greatest: Readonly<Record<string, string>> = {
  int2: '32767',
  int4: '2147483647',
  int8: '9223372036854775807',
  float4: '3e38',
  float8: '1e308',
}

function largest({ type, base, category, lastLabel, length }: Column): string | undefined {
  if (lastLabel !== null) return `${literal(lastLabel)}::${type}`
  if (category === 'S') return `repeat('x', ${Math.min(length ?? 1_000, 1_000)})::${type}`
  const number = greatest[base]
  return number === undefined ? undefined : `${number}::${type}`
}

function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}

const label = (order: string) =>
  `(select e.enumlabel::text from pg_enum e where e.enumtypid = b.oid order by e.enumsortorder ${order} limit 1)`

const question = `
  select a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type, b.typname::text as base,
    b.typcategory::text as category, ${label('asc')} as "firstLabel", ${label('desc')} as "lastLabel",
    case when b.typname in ('varchar', 'bpchar') and a.atttypmod > 4 then a.atttypmod - 4 end as length,
    not a.attnotnull as "isNullable", a.atthasdef or a.attidentity <> '' as "hasDefault",
    exists (select from pg_index x where x.indrelid = a.attrelid and x.indisunique
      and a.attnum = any (string_to_array(x.indkey::text, ' ')::int2[])) as "isKey"
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    join pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
  where n.nspname || '.' || c.relname = $1 and c.relkind in ('r', 'p') and a.attgenerated = ''
    and a.attidentity <> 'a'
  order by a.attnum`
