import { roomForMode } from './modes.ts'

/** Of rows inserted, updated, deleted and read in a table, by its number. */
const counts = (oid: string) =>
  ['inserted', 'updated', 'deleted', 'returned']
    .map((what) => `pg_catalog.pg_stat_get_xact_tuples_${what}(${oid})`)
    .join(', ')

/** How many rows of the server's own table of relations it has changed. */
const changes = 'pg_catalog.pg_stat_get_xact_tuples_updated(1259)'

/**
 * The row of a catalog that has this number, if there is one: the first of those that have no lower one. Where a catalog was
 * small when the question was planned, one that is asked for by its number alone is looked for from end to end, and goes on to
 * be when the catalog has grown.
 */
const byNumber = (select: string, column: string, number: string) =>
  `(${select} where ${column} operator(pg_catalog.>=) ${number} order by ${column} limit 1)`

/** No index is looked for where there is none. */
const numberOfIndex = `case when r.relkind operator(pg_catalog.=) any (array['i', 'I']::pg_catalog."char"[]) then r.oid end`

const nameOfSchema = (number: string) =>
  byNumber('select nspname from pg_catalog.pg_namespace', 'oid', number)

/** Whether a key of a lock is among those that are known ($1), which are in ascending order. */
const isKnown = `coalesce(($1::pg_catalog.int8[])[pg_catalog.width_bucket(key, $1::pg_catalog.int8[])] operator(pg_catalog.=) key, false)`

const firstKeyOf = (oid: string) =>
  `(${oid}::pg_catalog.int8 operator(pg_catalog.*) ${roomForMode}::pg_catalog.int8)`

/** Whether a lock on a relation is among those that are known. */
const isOfKnownLock = (oid: string) =>
  `($1::pg_catalog.int8[])[pg_catalog.width_bucket((${firstKeyOf(oid)} operator(pg_catalog.+) ${roomForMode - 1}::pg_catalog.int8), $1::pg_catalog.int8[])]
               operator(pg_catalog.>=) ${firstKeyOf(oid)}`

const ageOfTransaction = 'pg_catalog.age(pg_catalog.pg_current_xact_id_if_assigned()::pg_catalog.xid)'
const commandOfRow = 'cmin::pg_catalog.text::pg_catalog.int8'

/**
 * Asked in the session itself: what it has done since its transaction began, but for what is known ($1: locks, $2: the last
 * command that changed a relation, $3: tables, $4: how many changes of relations). Relations below 16,384 are the server's
 * own. Those with a lock that is new are looked at by their numbers; of those that are known, which there may be thousands of,
 * the ones that this transaction has changed since are found by reading the catalog once, and only where it has changed any.
 * None is looked for that is gone (the server says of it neither that it could be published nor that it could not), since what
 * comes next by number would be looked for among all that are. What the server counts it is told to pass on at the transaction's
 * end, so that the next one begins at nothing. All names are qualified, since the search path is the task's. It is asked after
 * every statement: what its plan and its expressions consist of costs more than what they find.
 */
export const workQuery = `
with l as materialized (
  select pg_catalog.count(*) filter (where is_known) as still,
         pg_catalog.array_agg(key) as every,
         pg_catalog.array_agg(key) filter (where not is_known) as fresh,
         pg_catalog.array_agg(relation) filter (where not is_known) as relations
    from (
      select relation, key, ${isKnown} as is_known
        from (
          select relation, ${firstKeyOf('relation')} operator(pg_catalog.+) pg_catalog.octet_length(mode) as key
            from pg_catalog.pg_locks
           where relation operator(pg_catalog.>=) 16384::pg_catalog.oid
             and pid operator(pg_catalog.=) pg_catalog.pg_backend_pid()
             and granted
             and locktype operator(pg_catalog.=) 'relation'
          offset 0) k) o)
select pg_catalog.json_build_object(
  'counted', pg_catalog.current_setting('track_counts'),
  'flushed', pg_catalog.pg_stat_force_next_flush()::pg_catalog.text,
  'lockTimeout', pg_catalog.current_setting('lock_timeout'),
  'changes', ${changes},
  'holding', exists (
    select from pg_catalog.pg_cursor()
     where is_holdable and creation_time operator(pg_catalog.>=) pg_catalog.transaction_timestamp()),
  'locks', (
    select case when still operator(pg_catalog.=) pg_catalog.cardinality($1)
                then pg_catalog.json_build_array(false, fresh)
                else pg_catalog.json_build_array(true, every) end
      from l),
  'counts', (
    select pg_catalog.json_agg(pg_catalog.json_build_array(oid::pg_catalog.int8, ${counts('oid')}))
      from pg_catalog.unnest($3::pg_catalog.oid[]) t (oid)
     where greatest(${counts('oid')}) operator(pg_catalog.>) 0),
  'relations', (
    select pg_catalog.json_agg(pg_catalog.json_build_array(
        r.oid::pg_catalog.int8, ${nameOfSchema('r.relnamespace')}, r.relname, r.relkind, r.reltablespace::pg_catalog.int8,
        r.relfilenode::pg_catalog.int8, i.indrelid::pg_catalog.int8, ${nameOfSchema('t.relnamespace')}, t.relname, r.command,
        case when r.command is not null
              and r.relkind operator(pg_catalog.=) any (array['r', 'm']::pg_catalog."char"[])
              and r.relfilenode operator(pg_catalog.<>) r.oid
             then pg_catalog.pg_table_size(r.oid) end,
        ${counts('r.oid')}, r.relhastriggers))
      from (
        select pg_catalog.unnest(relations) as relation from l
         union
        select oid from pg_catalog.pg_class
         where (select ${changes}) operator(pg_catalog.<>) $4::pg_catalog.int8
           and pg_catalog.cardinality($1) operator(pg_catalog.>) 0
           and pg_catalog.age(xmin) operator(pg_catalog.<=) (select ${ageOfTransaction})
           and ${commandOfRow} operator(pg_catalog.>) $2::pg_catalog.int8
           and ${isOfKnownLock('oid')}) w
      join lateral ${byNumber(
        `
        select oid, relname, relnamespace, relkind, reltablespace, relfilenode, relhastriggers,
               case when pg_catalog.age(xmin) operator(pg_catalog.<=) ${ageOfTransaction}
                    then ${commandOfRow} end as command
          from pg_catalog.pg_class`,
        'oid',
        'w.relation',
      )} r on r.oid operator(pg_catalog.=) w.relation
      left join lateral ${byNumber(
        `
        select indexrelid, indrelid from pg_catalog.pg_index`,
        'indexrelid',
        numberOfIndex,
      )} i
             on i.indexrelid operator(pg_catalog.=) r.oid
      left join lateral ${byNumber(
        `
        select oid, relname, relnamespace from pg_catalog.pg_class`,
        'oid',
        'i.indrelid',
      )} t
             on t.oid operator(pg_catalog.=) i.indrelid
     where pg_catalog.pg_relation_is_publishable(w.relation) is not null))`

/** In no transaction: what others before did and nobody asked about is told to the statistics. */
export const flushQuery = 'select pg_catalog.pg_stat_force_next_flush()'

/** Takes no snapshot, so that a transaction's isolation can be set after it. */
export const timeoutQuery = 'show lock_timeout'

/** From here on the transaction may not write. */
export const fenceQuery = 'set transaction read only'

/** Triggers and checks of constraints that are put off until the commit, a deferrable unique index's as well, are done at once. */
export const fireQuery = 'set constraints all immediate'
