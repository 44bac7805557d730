const notAMember = (catalog: string, oid: string) =>
  `not exists (select from member m where m.classid = '${catalog}'::regclass and m.objid = ${oid})`

/** Types, functions and whatever else is no table's. As in `tables.ts`. */
export const programFamilies = [
  `select 'schema' as kind, name, '' as definition from space s where ${notAMember('pg_namespace', 's.oid')}`,

  `select 'extension', quote_ident(e.extname), concat_ws(' ', e.extversion, 'in', e.extnamespace::regnamespace)
   from pg_extension e`,

  `select 'type', s.name || '.' || quote_ident(t.typname), concat_ws(' ', t.typtype,
       case when t.typtype = 'd' then concat_ws(' ', format_type(t.typbasetype, t.typtypmod),
         case when t.typnotnull then 'not null' end, t.typdefault,
         case when t.typcollation <> 0 then concat('collate ', t.typcollation::regcollation) end) end,
       (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid),
       (select format('range of %s', r.rngsubtype::regtype) from pg_range r where r.rngtypid = t.oid),
       case when t.typtype = 'b' then concat_ws(' ', t.typinput, t.typoutput, t.typlen, t.typalign, t.typstorage) end)
   from pg_type t join space s on s.oid = t.typnamespace
   where (t.typrelid = 0 or exists (select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
     and t.typtype <> 'm' and not (t.typelem <> 0 and t.typsubscript = 'array_subscript_handler'::regproc)
     and ${notAMember('pg_type', 't.oid')}`,

  `select case p.prokind when 'p' then 'procedure' else 'function' end, p.oid::regprocedure::text,
       case when p.prokind = 'a' then (
         select concat_ws(' ', 'aggregate', pg_get_function_result(p.oid), a.aggtransfn, a.aggfinalfn, a.aggcombinefn,
           a.aggtranstype::regtype, a.agginitval, a.aggkind) from pg_aggregate a where a.aggfnoid = p.oid)
       else pg_get_functiondef(p.oid) end
   from pg_proc p join space s on s.oid = p.pronamespace where ${notAMember('pg_proc', 'p.oid')}`,

  `select 'operator', o.oid::regoperator::text, concat_ws(' ', o.oprcode, o.oprcom::regoperator, o.oprnegate::regoperator,
       o.oprrest, o.oprjoin, o.oprcanmerge, o.oprcanhash)
   from pg_operator o join space s on s.oid = o.oprnamespace where ${notAMember('pg_operator', 'o.oid')}`,

  `select 'operator class', s.name || '.' || quote_ident(o.opcname) || ' ' || a.amname,
       concat_ws(' ', o.opcintype::regtype, case when o.opcdefault then 'default' end, o.opckeytype::regtype)
   from pg_opclass o join space s on s.oid = o.opcnamespace join pg_am a on a.oid = o.opcmethod
   where ${notAMember('pg_opclass', 'o.oid')}`,

  `select 'collation', s.name || '.' || quote_ident(c.collname), concat_ws(' ', c.collprovider, c.collcollate, c.collctype,
       to_jsonb(c) ->> 'colliculocale', to_jsonb(c) ->> 'colllocale', c.collisdeterministic)
   from pg_collation c join space s on s.oid = c.collnamespace where ${notAMember('pg_collation', 'c.oid')}`,

  `select 'cast', format('%s as %s', c.castsource::regtype, c.casttarget::regtype),
       concat_ws(' ', nullif(c.castfunc, 0::oid)::regprocedure, c.castcontext, c.castmethod)
   from pg_cast c where c.oid >= 16384 and ${notAMember('pg_cast', 'c.oid')}`,

  `select 'event trigger', quote_ident(e.evtname),
       concat_ws(' ', e.evtevent, e.evtfoid::regprocedure, e.evtenabled, e.evttags::text)
   from pg_event_trigger e where ${notAMember('pg_event_trigger', 'e.oid')}`,

  `select 'publication', quote_ident(p.pubname), concat_ws(' ', p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete,
       p.pubtruncate, p.pubviaroot,
       (select string_agg(r.prrelid::regclass::text, ', ' order by r.prrelid::regclass::text)
          from pg_publication_rel r where r.prpubid = p.oid))
   from pg_publication p`,

  `select 'foreign server', quote_ident(f.srvname), concat_ws(' ', w.fdwname, f.srvtype, f.srvversion, md5(f.srvoptions::text))
   from pg_foreign_server f join pg_foreign_data_wrapper w on w.oid = f.srvfdw
   where ${notAMember('pg_foreign_server', 'f.oid')}`,

  `select 'text search configuration', s.name || '.' || quote_ident(c.cfgname), concat_ws(' ', p.prsname,
       (select string_agg(format('%s %s %s', m.maptokentype, m.mapseqno, m.mapdict::regdictionary), ', '
          order by m.maptokentype, m.mapseqno) from pg_ts_config_map m where m.mapcfg = c.oid))
   from pg_ts_config c join space s on s.oid = c.cfgnamespace join pg_ts_parser p on p.oid = c.cfgparser
   where ${notAMember('pg_ts_config', 'c.oid')}`,

  `select 'text search dictionary', s.name || '.' || quote_ident(d.dictname), concat_ws(' ', t.tmplname, d.dictinitoption)
   from pg_ts_dict d join space s on s.oid = d.dictnamespace join pg_ts_template t on t.oid = d.dicttemplate
   where ${notAMember('pg_ts_dict', 'd.oid')}`,
] as const
