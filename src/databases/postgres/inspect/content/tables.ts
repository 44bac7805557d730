import type { Client } from 'pg'
import { marker } from '../sql.ts'
import { canonical } from './canonical.ts'
import { readTypes } from './types.ts'

/** A table that can be read here, not a view and not what another server holds. */
export interface ReadableTable {
  readonly oid: string
  /** As `schema.name`. */
  readonly name: string
  /** As SQL takes it in a FROM clause: with ONLY where children have rows of their own. */
  readonly from: string
  readonly columns: readonly ReadableColumn[]
}

export interface ReadableColumn {
  readonly name: string
  readonly type: string
  /** Itself, in SQL. */
  readonly value: string
  /** Its canonical text in SQL; null for null. */
  readonly text: string
}

interface Found {
  readonly oid: string
  readonly name: string
  readonly from: string
  readonly columns:
    | readonly {
        readonly name: string
        readonly quoted: string
        readonly type: string
        readonly oid: string
      }[]
    | null
}

/** Those of `tables` (`schema.name`) that are there. */
export async function readableTables(
  client: Client,
  tables: readonly string[],
): Promise<readonly ReadableTable[]> {
  const { rows } = await client.query<Found>(question, [tables])
  const types = await readTypes(
    client,
    rows.map(({ oid }) => oid),
  )
  return rows.map((table) => ({
    ...table,
    columns: (table.columns ?? []).map(({ name, quoted, type, oid }) => ({
      name,
      type,
      value: `t.${quoted}`,
      text: canonical(`t.${quoted}`, oid, types),
    })),
  }))
}

const question = `
  select ${marker} c.oid::text, n.nspname || '.' || c.relname as name,
    case when c.relkind = 'p' then '' else 'only ' end || format('%I.%I t', n.nspname, c.relname) as from,
    (select json_agg(json_build_object('name', a.attname, 'quoted', quote_ident(a.attname),
        'type', format_type(a.atttypid, a.atttypmod), 'oid', a.atttypid::text) order by a.attnum)
     from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname || '.' || c.relname = any ($1) and c.relkind in ('r', 'p', 'm')
    and (c.relkind <> 'm' or c.relispopulated)
  order by 2`
