/** Schemas of Purser's own, which are no part of the app's. */
const ours = ['purser', 'purser_clone']

/** What a fingerprint is of. */
export interface FingerprintScope {
  /**
   * Partitions that come and go by themselves, as `schema.table` with `*` for any characters: they are left out, with
   * all that is theirs.
   */
  readonly passingPartitions?: readonly string[]
}

/**
 * The relations and schemas that are looked at, as the first CTEs of a query whose first parameter is
 * `partitionPatterns(scope)`. What an extension has made is told by its version.
 */
export const scopeCtes = `
  member as materialized (
    select classid, objid from pg_depend where deptype = 'e' and refclassid = 'pg_extension'::regclass
  ),
  space as materialized (
    select n.oid, n.nspname, quote_ident(n.nspname) as name, n.nspowner, n.nspacl
    from pg_namespace n
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and n.nspname <> all ('{${ours.join(',')}}')
  ),
  rel as materialized (
    select c.*, s.name || '.' || quote_ident(c.relname) as name
    from pg_class c join space s on s.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'c', 'i', 'I')
      and not (c.relispartition and c.relkind in ('r', 'p', 'f')
               and s.nspname || '.' || c.relname like any ($1::text[]))
      and not exists (select from member m where m.classid = 'pg_class'::regclass and m.objid = c.oid)
  ),
  tab as materialized (select * from rel where relkind in ('r', 'p', 'v', 'm', 'f', 'c'))`

/** Patterns of `like`, for `scopeCtes`. */
export function partitionPatterns({ passingPartitions = [] }: FingerprintScope): readonly string[] {
  return passingPartitions.map((pattern) => pattern.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%'))
}
