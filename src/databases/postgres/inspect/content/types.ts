import type { Client } from 'pg'
import { marker } from '../sql.ts'

/** What a type is made of, as far as canonical text asks for it. */
export interface TypeShape {
  readonly oid: string
  /** As SQL takes it, with its schema. */
  readonly name: string
  /** Whether it is one of PostgreSQL's own. */
  readonly isBuiltIn: boolean
  /** Of a domain. */
  readonly base: string | null
  /** Of an array. */
  readonly element: string | null
  /** Of a composite. */
  readonly attributes: readonly { readonly name: string; readonly type: string }[] | null
}

export type Types = ReadonlyMap<string, TypeShape>

/** The types of these tables' columns, and those that they are made of. */
export async function readTypes(client: Client, tables: readonly string[]): Promise<Types> {
  const { rows } = await client.query<TypeShape>(question, [tables])
  return new Map(rows.map((type) => [type.oid, type]))
}

const question = `
  with recursive ${marker} used(oid) as (
    select atttypid from pg_attribute where attrelid = any ($1::oid[]) and attnum > 0 and not attisdropped
    union
    select part.oid from used join pg_type t on t.oid = used.oid cross join lateral (
      select t.typbasetype as oid
      union all select t.typelem where t.typsubscript = 'array_subscript_handler'::regproc
      union all select a.atttypid from pg_attribute a
        where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped) part
    where part.oid <> 0
  )
  select t.oid::text, t.oid::regtype::text as name, t.typnamespace = 'pg_catalog'::regnamespace as "isBuiltIn",
    case when t.typtype = 'd' then t.typbasetype::text end as base,
    case when t.typsubscript = 'array_subscript_handler'::regproc then t.typelem::text end as element,
    case when t.typtype = 'c' then (
      select json_agg(json_build_object('name', a.attname, 'type', a.atttypid::text) order by a.attnum)
      from pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped) end as attributes
  from pg_type t where t.oid in (select oid from used)`
