import { lockModes } from '../../../../lock-modes.ts'

/**
 * Asked in the session itself: what it has done since its transaction began, but for what is known ($1: locks, $2: the last
 * command that changed a relation, $3: tables). Only a relation that the session has locked, strongly, can have been changed
 * by it (to get a trigger, `ShareRowExclusiveLock` will do), so that not all relations are looked at; those below 16,384 are the server's own. What the server counts it is told to pass
 * on at the transaction's end, so that the next one begins at nothing. All names are qualified, since the search path is
 * the task's.
 */
export const workQuery = `
with known as materialized (select pg_catalog.unnest($1::pg_catalog.int8[]) as key),
l as materialized (
  select o.relation, o.mode, o.key, o.key operator(pg_catalog.=) any (select key from known) as is_known
    from (
      select relation, mode,
             relation::pg_catalog.int8 operator(pg_catalog.*) 16 operator(pg_catalog.+) pg_catalog.array_position(
               array['${lockModes.join("','")}'], mode) as key
        from pg_catalog.pg_locks
       where pid operator(pg_catalog.=) pg_catalog.pg_backend_pid()
         and locktype operator(pg_catalog.=) 'relation'
         and granted
         and relation operator(pg_catalog.>=) 16384::pg_catalog.oid) o),
g as materialized (
  select relation, pg_catalog.bool_or(is_known) as is_known,
         pg_catalog.bool_or(mode operator(pg_catalog.=) any (array['ShareRowExclusiveLock', 'AccessExclusiveLock'])) as is_strong
    from l group by relation)
select pg_catalog.json_build_object(
  'counted', pg_catalog.current_setting('track_counts'),
  'flushed', (select 1 from pg_catalog.pg_stat_force_next_flush()),
  'lockTimeout', pg_catalog.current_setting('lock_timeout'),
  'locks', (select pg_catalog.json_agg(key) from l where not is_known),
  'all', (
    select pg_catalog.json_agg(key) from l
    having pg_catalog.count(*) filter (where is_known) operator(pg_catalog.<>) (select pg_catalog.count(*) from known)),
  'counts', (
    select pg_catalog.json_agg(pg_catalog.json_build_array(t.oid::pg_catalog.int8, c.i, c.u, c.d, c.s))
      from pg_catalog.unnest($3::pg_catalog.oid[]) t (oid)
      cross join lateral (
        select pg_catalog.pg_stat_get_xact_tuples_inserted(t.oid) as i,
               pg_catalog.pg_stat_get_xact_tuples_updated(t.oid) as u,
               pg_catalog.pg_stat_get_xact_tuples_deleted(t.oid) as d,
               pg_catalog.pg_stat_get_xact_tuples_returned(t.oid) as s offset 0) c
     where greatest(c.i, c.u, c.d, c.s) operator(pg_catalog.>) 0),
  'relations', (
    select pg_catalog.json_agg(pg_catalog.json_build_array(
        c.oid::pg_catalog.int8, c.nspname, c.relname, c.relkind, c.reltablespace::pg_catalog.int8,
        c.relfilenode::pg_catalog.int8, i.indrelid::pg_catalog.int8, i.nspname, i.relname, c.command, c.bytes,
        c.inserted, c.updated, c.deleted, c.scanned, c.relhastriggers))
      from g
      cross join lateral (
        select r.oid, n.nspname, r.relname, r.relkind, r.reltablespace, r.relfilenode, r.relhastriggers, r.command,
               case when g.is_strong and r.relkind operator(pg_catalog.=) any (array['r', 'm']::pg_catalog."char"[])
                     and r.relfilenode operator(pg_catalog.<>) r.oid
                    then pg_catalog.pg_table_size(r.oid) end as bytes,
               pg_catalog.pg_stat_get_xact_tuples_inserted(r.oid) as inserted,
               pg_catalog.pg_stat_get_xact_tuples_updated(r.oid) as updated,
               pg_catalog.pg_stat_get_xact_tuples_deleted(r.oid) as deleted,
               pg_catalog.pg_stat_get_xact_tuples_returned(r.oid) as scanned
          from (
            select oid, relname, relnamespace, relkind, reltablespace, relfilenode, relhastriggers,
                   case when pg_catalog.age(xmin) operator(pg_catalog.<=)
                             pg_catalog.age(pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.xid)
                        then cmin::pg_catalog.text::pg_catalog.int8 end as command
              from pg_catalog.pg_class
             where oid operator(pg_catalog.=) g.relation offset 0) r
          join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) r.relnamespace
         where not g.is_known or r.command operator(pg_catalog.>) $2::pg_catalog.int8 offset 0) c
      left join lateral (
        select x.indrelid, n.nspname, t.relname
          from pg_catalog.pg_index x
          join pg_catalog.pg_class t on t.oid operator(pg_catalog.=) x.indrelid
          join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) t.relnamespace
         where x.indexrelid operator(pg_catalog.=) c.oid offset 0) i on true
     where not g.is_known or g.is_strong))`

/** In no transaction: what others before did and nobody asked about is told to the statistics. */
export const flushQuery = 'select pg_catalog.pg_stat_force_next_flush()'

/** Takes no snapshot, so that a transaction's isolation can be set after it. */
export const timeoutQuery = 'show lock_timeout'

/** Triggers and checks of constraints that are put off until the commit, a deferrable unique index's as well, are done at once. */
export const fireQuery = 'set constraints all immediate'
