import { PurserError } from '../../core/errors.ts'
import { sql } from '../sql.ts'
import type { ThrottleSignal } from '../throttle.ts'
import { numberIn, oneRow } from './postgres.ts'

/**
 * Stops the batch while autovacuum works on a table, its partitions or what it keeps out of line, also against
 * wraparound. Every role may read it. Throws `TASK_BROKEN` for an empty name.
 *
 * @example
 * autovacuum({ table: 'public.places' })
 */
export function autovacuum({ table }: { readonly table: string }): ThrottleSignal {
  if (typeof table !== 'string' || table.trim() === '') {
    const remedy = 'Write the name of a table, with its schema if it needs one: "public.places".'
    throw new PurserError('TASK_BROKEN', { message: `autovacuum needs a table. ${remedy}`, remedy })
  }
  return {
    name: `autovacuum workers on ${table}`,
    unit: '',
    max: 0,
    async read(context) {
      // By the lock that a vacuum holds, since only pg_monitor sees the progress of one. An autovacuum has no user.
      const row = await oneRow(
        context,
        sql`with root as (select to_regclass(${table}::text)::oid as oid),
          parts as (
            select oid from root
            union select p.relid from root cross join lateral pg_partition_tree(root.oid) p),
          tables as (
            select oid from parts
            union select c.reltoastrelid from pg_class c join parts on parts.oid = c.oid)
          select (select oid from root) is not null as found,
            (select count(distinct l.pid)::float8
              from pg_locks l join pg_stat_activity a on a.pid = l.pid
              where l.relation in (select oid from tables) and l.locktype = 'relation'
                and l.database = (select d.oid from pg_database d where d.datname = current_database())
                and l.mode = 'ShareUpdateExclusiveLock' and l.granted and a.usesysid is null
                and coalesce(a.query, '') not like 'autovacuum: ANALYZE%') as workers`,
      )
      if (row.found !== true) throw new Error('there is no such table')
      return numberIn(row, 'workers')
    },
  }
}
