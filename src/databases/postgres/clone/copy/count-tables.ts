import type { Client } from 'pg'
import { quoteName } from '../names.ts'
import { countRows } from './dump.ts'
import type { Origin } from './origin.ts'

/**
 * Tables with rows of their own, by their OIDs: what a dump has all rows of. Materialized views are made anew, and of an
 * extension's tables a dump has some rows only.
 */
export async function tablesByOid(client: Client): Promise<ReadonlyMap<number, readonly [string, string]>> {
  const { rows } = await client.query<{ oid: number; schema: string; name: string }>(`
    select c.oid, n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`)
  return new Map(rows.map(({ oid, schema, name }) => [oid, [schema, name]]))
}

/** Compares the rows that the dump holds with those that arrived, table by table; here in one statement a table. */
export async function countTables(
  client: Client,
  tables: ReadonlyMap<number, readonly [string, string]>,
  rowFiles: ReadonlyMap<number, string>,
): Promise<Origin['rows']> {
  const counted: { table: string; dumped: number; here: number }[] = []
  for (const [oid, [schema, name]] of tables) {
    const file = rowFiles.get(oid)
    if (file === undefined) continue // an unlogged one, from a replica
    const [dumped, here] = await Promise.all([countRows(file), countHere(client, schema, name)])
    counted.push({ table: `${schema}.${name}`, dumped, here })
  }
  return counted
}

/** Large objects, which no table has as its own. */
export async function countLargeObjects(client: Client): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    'select count(*)::float8 as n from pg_largeobject_metadata',
  )
  return rows[0]?.n ?? -1
}

/** -1 where the table is not there. */
async function countHere(client: Client, schema: string, name: string): Promise<number> {
  const table = `${quoteName(schema)}.${quoteName(name)}`
  const there = await client.query('select to_regclass($1) is not null as there', [table])
  if (there.rows[0]?.there !== true) return -1
  const { rows } = await client.query<{ n: number }>(`select count(*)::float8 as n from only ${table}`)
  return rows[0]?.n ?? -1
}
