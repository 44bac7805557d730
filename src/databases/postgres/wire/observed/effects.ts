import type { Effects } from '../../../wire.ts'

/**
 * Asked in the session itself: only it can see what it did, and the names of what it made. It locks catalogs for reading
 * and nothing else. All names are qualified, since the search path is the task's. What it counts is told to the statistics
 * with this transaction's end, so that the next one begins at nothing.
 */
export const effectsQuery = `
select pg_catalog.json_build_object(
  'counted', pg_catalog.current_setting('track_counts'),
  'flushed', (select 1 from pg_catalog.pg_stat_force_next_flush()),
  'rows', (
    select pg_catalog.json_agg(pg_catalog.json_build_array(n.nspname, t.relname, t.inserted, t.updated, t.deleted))
      from (
        select relnamespace, relname, pg_catalog.pg_stat_get_xact_tuples_inserted(oid) as inserted,
               pg_catalog.pg_stat_get_xact_tuples_updated(oid) as updated,
               pg_catalog.pg_stat_get_xact_tuples_deleted(oid) as deleted
          from pg_catalog.pg_class
         where relkind operator(pg_catalog.=) any (array['r', 'm', 'p']::pg_catalog."char"[])
         offset 0) t
      join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) t.relnamespace
     where greatest(t.inserted, t.updated, t.deleted) operator(pg_catalog.>) 0
       and n.nspname operator(pg_catalog.<>) all (array['pg_catalog', 'information_schema']::pg_catalog.name[])),
  'locks', (
    select pg_catalog.json_agg(distinct pg_catalog.jsonb_build_array(n.nspname, c.relname, l.mode))
      from pg_catalog.pg_locks l
      join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) l.relation
      join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
     where l.pid operator(pg_catalog.=) pg_catalog.pg_backend_pid()
       and l.granted
       and n.nspname operator(pg_catalog.<>) all (array['pg_catalog', 'information_schema']::pg_catalog.name[])))`

/** In no transaction: what others before did and nobody asked about is told to the statistics. */
export const flushQuery = 'select pg_catalog.pg_stat_force_next_flush()'

interface Answer {
  readonly counted: string
  readonly rows: readonly (readonly [string, string, number, number, number])[] | null
  readonly locks: readonly (readonly [string, string, string])[] | null
}

/** Throws where the server keeps no counts. */
export function readEffects(json: string | undefined): Effects {
  if (json === undefined) throw new Error('The server did not say what the transaction did')
  const { counted, rows, locks } = JSON.parse(json) as Answer
  if (counted !== 'on') throw new Error('The session counts no rows, since track_counts is off')
  return {
    rows: new Map(
      (rows ?? []).map(([schema, table, inserted, updated, deleted]) => [
        `${schema}.${table}`,
        { inserted, updated, deleted },
      ]),
    ),
    locks: (locks ?? []).map(([schema, table, mode]) => ({ table: `${schema}.${table}`, mode })),
  }
}
