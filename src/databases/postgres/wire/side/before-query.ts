import { type Relation, type RelationRow, relationOf } from '../observed/witness/work.ts'

/** As others see it: what a transaction that is open has made or dropped is not in it, and still in it. */
export const beforeQuery = `
select (select json_agg(json_build_array(
          c.oid::int8, n.nspname, c.relname, c.relkind, c.reltablespace::int8, c.relfilenode::int8,
          i.indrelid::int8, tn.nspname, t.relname))
          from unnest($1::oid[]) o (oid)
          join pg_class c on c.oid = o.oid
          join pg_namespace n on n.oid = c.relnamespace
          left join pg_index i on i.indexrelid = c.oid
          left join pg_class t on t.oid = i.indrelid
          left join pg_namespace tn on tn.oid = t.relnamespace) as relations,
       (select json_agg(concat(c.reltablespace, '/', c.relfilenode))
          from unnest($2::oid[], $3::oid[]) s (space, file)
          join pg_class c on c.reltablespace = s.space and c.relfilenode = s.file) as storages`

/** What is committed. */
export interface Before {
  readonly relations: ReadonlyMap<number, Relation>
  readonly storages: ReadonlySet<string>
}

export function readBefore(row: Record<string, unknown> | undefined): Before {
  const { relations, storages } = (row ?? {}) as {
    readonly relations?: readonly RelationRow[] | null
    readonly storages?: readonly string[] | null
  }
  return {
    relations: new Map((relations ?? []).map((one) => [one[0], relationOf(one)])),
    storages: new Set(storages ?? []),
  }
}
