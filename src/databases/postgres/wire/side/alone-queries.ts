import { type Relation, type RelationRow, relationOf } from '../observed/witness/work.ts'

const row = `
  c.oid::int8, n.nspname, c.relname, c.relkind, c.reltablespace::int8, c.relfilenode::int8,
  i.indrelid::int8, tn.nspname, t.relname, c.relpages::int8 * current_setting('block_size')::int8`

const joins = `
  join pg_namespace n on n.oid = c.relnamespace
  left join pg_index i on i.indexrelid = c.oid
  left join pg_class t on t.oid = i.indrelid
  left join pg_namespace tn on tn.oid = t.relnamespace`

/** All that has a file, and how large that was when its pages were counted last. */
export const filesQuery = `
select json_agg(json_build_array(${row})) as rows from pg_class c ${joins}
 where c.relkind in ('r', 'm', 'i') and c.oid >= 16384`

/** What a process ($1) has locked. Catalogs are read without waiting for it. */
export const locksQuery = `
select json_agg(json_build_array(${row}, l.mode)) as rows
  from pg_locks l join pg_class c on c.oid = l.relation ${joins}
 where l.pid = $1 and l.locktype = 'relation' and l.granted and l.relation >= 16384
   and l.database = (select oid from pg_database where datname = current_database())`

type Row = readonly [...RelationRow, bytes: number, mode?: string]

export interface Found {
  readonly relation: Relation
  readonly mode: string
}

export function readFound(rows: readonly Record<string, unknown>[]): readonly Found[] {
  const all = (rows[0]?.rows ?? []) as readonly Row[]
  return all.map((one) => ({
    relation: { ...relationOf(one as unknown as RelationRow), bytes: one[9] },
    mode: one[10] ?? '',
  }))
}
