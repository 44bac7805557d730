import { programFamilies } from '../../fingerprint/programs.ts'
import { comment, notAMember, rights, yes } from './scope.ts'

/** Kinds that are rare enough to be known by their names alone. */
const rare = [
  'operator',
  'operator class',
  'collation',
  'cast',
  'publication',
  'foreign server',
  'text search configuration',
  'text search dictionary',
]

/** Schemas, types, functions and whatever else is no table's. */
export const otherFamilies = [
  `select 'schema' as kind, s.nspname::text as name, null::text as "table", s.oid::text as id, json_build_object(
     'owner', s.nspowner::regrole, 'rights', ${rights('s.nspacl', 'n', 's.nspowner')},
     'comment', ${comment('s.oid', 'pg_namespace')}) as properties
   from space s where ${notAMember('pg_namespace', 's.oid')}`,

  `select 'extension', e.extname::text, null, e.oid::text, json_build_object(
     'version', e.extversion, 'schema', e.extnamespace::regnamespace)
   from pg_extension e`,

  `select 'type', p.nspname || '.' || t.typname, null, t.oid::text, json_build_object(
     'kind', case t.typtype when 'd' then 'domain' when 'e' then 'enum' when 'r' then 'range' when 'c' then 'composite'
       else 'base' end,
     'labels', (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
                  from pg_enum e where e.enumtypid = t.oid),
     'type', case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end,
     'nullable', case when t.typtype = 'd' then ${yes('not t.typnotnull')} end,
     'default', t.typdefault,
     'collation', case when t.typtype = 'd' then nullif(t.typcollation, 0)::regcollation end,
     'range', (select concat_ws(' ', r.rngsubtype::regtype, nullif(r.rngcollation, 0)::regcollation,
                  nullif(r.rngsubdiff, 0)::regproc) from pg_range r where r.rngtypid = t.oid),
     'attributes', (select string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod)), ', '
                      order by a.attnum)
                    from pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped),
     'functions', case when t.typtype = 'b' then concat_ws(' ', t.typinput, t.typoutput, t.typlen, t.typalign, t.typstorage) end,
     'owner', t.typowner::regrole, 'rights', ${rights('t.typacl', 'T', 't.typowner')},
     'comment', ${comment('t.oid', 'pg_type')})
   from pg_type t join plain p on p.oid = t.typnamespace
   where (t.typrelid = 0 or exists (select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
     and t.typtype <> 'm' and not (t.typelem <> 0 and t.typsubscript = 'array_subscript_handler'::regproc)
     and ${notAMember('pg_type', 't.oid')}`,

  // a range brings functions of its own
  `select case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
     s.nspname || '.' || p.proname || '(' || oidvectortypes(p.proargtypes) || ')', null, p.oid::text, json_build_object(
     'definition', case when p.prokind = 'a' then (
        select concat_ws(' ', pg_get_function_result(p.oid), a.aggtransfn, a.aggfinalfn, a.aggcombinefn,
          a.aggtranstype::regtype, a.agginitval, a.aggkind) from pg_aggregate a where a.aggfnoid = p.oid)
       else pg_get_functiondef(p.oid) end,
     'owner', p.proowner::regrole, 'rights', ${rights('p.proacl', 'f', 'p.proowner')}, 'comment', ${comment('p.oid', 'pg_proc')})
   from pg_proc p join plain s on s.oid = p.pronamespace
   where ${notAMember('pg_proc', 'p.oid')} and not exists (select from pg_depend d
     where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')`,

  `select 'event trigger', e.evtname::text, null, e.oid::text, json_build_object('event', e.evtevent,
     'function', e.evtfoid::regprocedure, 'enabled', case e.evtenabled when 'D' then 'no' when 'O' then 'yes' else e.evtenabled::text end,
     'tags', e.evttags::text, 'owner', e.evtowner::regrole)
   from pg_event_trigger e where ${notAMember('pg_event_trigger', 'e.oid')}`,

  `select 'default rights', concat_ws(' ', d.defaclrole::regrole, nullif(d.defaclnamespace, 0)::regnamespace, d.defaclobjtype),
     null, d.oid::text, json_build_object('rights',
       (select string_agg(format('%s %s', case when x.grantee = 0 then 'public' else x.grantee::regrole::text end,
           x.privilege_type), ', ' order by x.grantee::regrole::text, x.privilege_type) from aclexplode(d.defaclacl) x))
   from pg_default_acl d`,

  `select kind, name, null, name, json_build_object('definition', definition)
   from (${programFamilies.join('\nunion all\n')}) other where kind in (${rare.map((kind) => `'${kind}'`).join(', ')})`,
] as const
