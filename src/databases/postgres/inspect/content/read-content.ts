import type { Client } from 'pg'
import { failedWith } from '../../../../core/errors.ts'
import type { ColumnContent, TableContent } from '../../../inspector.ts'
import { sqlStateOf } from '../../sql-state.ts'
import { rightsMissing } from '../rights-missing.ts'
import { marker } from '../sql.ts'
import { hashOf } from './canonical.ts'
import { type ReadableColumn, type ReadableTable, readableTables } from './tables.ts'

// The server computes at most 1,664 values for a row, and two are asked for of each column.
const columnsAtOnce = 400

/** Reads each table once, a wide one a few times, and keeps no value. Throws `INSPECT_RIGHTS_MISSING`. */
export async function readContent(
  client: Client,
  tables: readonly string[],
): Promise<ReadonlyMap<string, TableContent>> {
  const found = new Map<string, TableContent>()
  const readable = await readableTables(client, tables)
  const sizes = await sizesOf(client, readable)
  for (const table of readable) {
    const content = await contentOf(client, table, sizes.get(table.oid) ?? 0)
    if (content !== undefined) found.set(table.name, content)
  }
  return found
}

async function contentOf(
  client: Client,
  table: ReadableTable,
  bytes: number,
): Promise<TableContent | undefined> {
  try {
    const columns = new Map<string, ColumnContent>()
    let rows = 0
    for (let start = 0; start === 0 || start < table.columns.length; start += columnsAtOnce) {
      const some = table.columns.slice(start, start + columnsAtOnce)
      const read = await readSettled(client, table, some)
      rows = read.rows
      for (const [name, content] of read.columns) columns.set(name, content)
    }
    return { rows, bytes, columns }
  } catch (error) {
    if (failedWith(error, '42P01')) return undefined // it is gone meanwhile
    throw failedWith(error, '42501') ? rightsMissing(table.name, error) : error
  }
}

/** Content that a canonical text can't be had of (`json` that is no `jsonb`) is taken as it is written. */
async function readSettled(
  client: Client,
  table: ReadableTable,
  columns: readonly ReadableColumn[],
): Promise<Read> {
  try {
    return await readColumns(client, table, columns)
  } catch (error) {
    if (!['22', '54'].includes(sqlStateOf(error)?.slice(0, 2) ?? '')) throw error
    return readColumns(client, table, columns.map(asWritten))
  }
}

function asWritten(column: ReadableColumn): ReadableColumn {
  return column.text.includes('::jsonb::') ? { ...column, text: `${column.value}::text` } : column
}

interface Sums {
  readonly rows: string
  readonly counts: readonly string[]
  readonly sums: readonly (string | null)[]
}

type Read = { readonly rows: number; readonly columns: readonly (readonly [string, ColumnContent])[] }

async function readColumns(
  client: Client,
  table: ReadableTable,
  columns: readonly ReadableColumn[],
): Promise<Read> {
  const { rows } = await client.query<Sums>(
    `select ${marker} count(*)::text as rows, array[${columns.map(({ value }) => `count(${value})`).join(', ')}]::text[] as counts,
       array[${columns.map(({ text }) => digestIn(text)).join(', ')}]::text[] as sums
     from ${table.from}`,
  )
  const [row] = rows
  if (row === undefined) throw new TypeError('The server gave no row.')
  return {
    rows: Number(row.rows),
    columns: columns.map(({ name, type }, index) => [
      name,
      { type, nonNull: Number(row.counts[index]), digest: row.sums[index] ?? 'none' },
    ]),
  }
}

// The same in every order. It does not overflow: the server's sum of 64-bit numbers is numeric.
const digestIn = (text: string) => `sum(${hashOf(text)})`

/** In bytes, by their numbers: of all at once, since there may be thousands. */
async function sizesOf(
  client: Client,
  tables: readonly ReadableTable[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await client.query<{ readonly oid: string; readonly bytes: string | null }>(
    `select ${marker} oid::text, coalesce((select sum(pg_table_size(relid)) from pg_partition_tree(oid::regclass)),
       pg_table_size(oid::regclass))::text as bytes
     from unnest($1::oid[]) t(oid)`,
    [tables.map(({ oid }) => oid)],
  )
  return new Map(rows.map(({ oid, bytes }) => [oid, Number(bytes ?? 0)]))
}
