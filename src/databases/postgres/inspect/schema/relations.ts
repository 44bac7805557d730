import { comment, rights, yes } from './scope.ts'

const owned = (kind: string, t: string) =>
  `'owner', ${t}.relowner::regrole, 'rights', ${rights(`${t}.relacl`, kind, `${t}.relowner`)}, 'comment', ${comment(`${t}.oid`, 'pg_class')}`

const columnsOf = (t: string) => `
  (select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
   from pg_attribute a where a.attrelid = ${t}.oid and a.attnum > 0 and not a.attisdropped)`

/** Tables with their columns, views and sequences. */
export const relationFamilies = [
  `select 'table' as kind, t.plain as name, null::text as "table", t.oid::text as id, json_build_object(
     'kind', case t.relkind when 'p' then 'partitioned' when 'f' then 'foreign' else 'ordinary' end,
     'persistence', case t.relpersistence when 'u' then 'unlogged' else 'permanent' end,
     'columns', ${columnsOf('t')},
     'rowSecurity', ${yes('t.relrowsecurity')}, 'rowSecurityForced', ${yes('t.relforcerowsecurity')},
     ${owned('r', 't')},
     'options', t.reloptions::text, 'accessMethod', am.amname,
     'tablespace', (select spcname from pg_tablespace where oid = t.reltablespace),
     'replicaIdentity', t.relreplident,
     'partitionKey', pg_get_partkeydef(t.oid), 'partitionBound', pg_get_expr(t.relpartbound, t.oid),
     'parents', (select string_agg(i.inhparent::regclass::text, ', ' order by i.inhseqno)
                   from pg_inherits i where i.inhrelid = t.oid),
     'ofType', nullif(t.reloftype, 0)::regtype,
     'server', (select concat_ws(' ', s.srvname, f.ftoptions::text)
                  from pg_foreign_table f join pg_foreign_server s on s.oid = f.ftserver where f.ftrelid = t.oid)
   ) as properties
   from tbl t left join pg_am am on am.oid = t.relam where t.relkind in ('r', 'p', 'f')`,

  `select case t.relkind when 'm' then 'materialized view' else 'view' end, t.plain, null, t.oid::text, json_build_object(
     'definition', pg_get_viewdef(t.oid), 'columns', ${columnsOf('t')}, 'options', t.reloptions::text,
     'populated', case when t.relkind = 'm' then ${yes('t.relispopulated')} end, ${owned('r', 't')})
   from tbl t where t.relkind in ('v', 'm')`,

  // not valid as of PostgreSQL 18: it holds for new rows only
  `select 'column', t.plain || '.' || a.attname, t.plain, t.oid || '.' || a.attnum, json_build_object(
     'type', format_type(a.atttypid, a.atttypmod),
     'nullable', case when not a.attnotnull then 'yes' when n.oid is not null then 'no, of new rows' else 'no' end,
     'default', case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end,
     'generated', case when a.attgenerated <> '' then concat(pg_get_expr(d.adbin, d.adrelid),
        case a.attgenerated when 'v' then ' virtual' else ' stored' end) end,
     'identity', case a.attidentity when 'a' then 'always' when 'd' then 'by default' end,
     'collation', nullif(a.attcollation, 0)::regcollation,
     'rights', case when a.attacl is not null then ${rights('a.attacl', 'c', 't.relowner')} end,
     'comment', words.description,
     'storage', nullif(a.attstorage, y.typstorage), 'compression', nullif(a.attcompression, ''),
     'statistics', nullif(a.attstattarget, -1), 'options', a.attoptions::text)
   from tbl t join pg_attribute a on a.attrelid = t.oid
   join pg_type y on y.oid = a.atttypid
   left join pg_description words on words.objoid = t.oid and words.classoid = 'pg_class'::regclass and words.objsubid = a.attnum
   left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
   left join pg_constraint n on n.conrelid = t.oid and n.contype = 'n' and n.conkey[1] = a.attnum and not n.convalidated
   where a.attnum > 0 and not a.attisdropped`,

  `select 'sequence', s.plain, null, s.oid::text, json_build_object(
     'type', q.seqtypid::regtype, 'start', q.seqstart::text, 'increment', q.seqincrement::text, 'min', q.seqmin::text,
     'max', q.seqmax::text, 'cache', q.seqcache::text, 'cycle', ${yes('q.seqcycle')},
     'persistence', case s.relpersistence when 'u' then 'unlogged' else 'permanent' end,
     'ownedBy', (select string_agg(d.refobjid::regclass || '.' || quote_ident(a.attname), ', ')
        from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
        where d.classid = 'pg_class'::regclass and d.objid = s.oid and d.deptype in ('a', 'i')),
     ${owned('s', 's')})
   from pg_sequence q join thing s on s.oid = q.seqrelid`,
] as const
