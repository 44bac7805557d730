/**
 * Tables and what hangs on them. Each query gives `kind`, `name` and `definition`, in which nothing tells of OIDs, of the
 * gaps that dropped columns leave, or of content.
 */
export const tableFamilies = [
  `select 'table' as kind, t.name, concat_ws(' ', t.relkind, t.relpersistence, am.amname, t.reloptions::text,
       case when t.relrowsecurity then 'rls' end, case when t.relforcerowsecurity then 'forced' end,
       concat('identity ', t.relreplident), pg_get_expr(t.relpartbound, t.oid), pg_get_partkeydef(t.oid),
       (select 'inherits ' || string_agg(i.inhparent::regclass::text, ', ' order by i.inhseqno)
          from pg_inherits i where i.inhrelid = t.oid),
       case when t.relkind in ('v', 'm') then pg_get_viewdef(t.oid) end,
       case when t.reloftype <> 0 then concat('of ', t.reloftype::regtype) end,
       (select concat_ws(' ', 'server', s.srvname, f.ftoptions::text)
          from pg_foreign_table f join pg_foreign_server s on s.oid = f.ftserver where f.ftrelid = t.oid)
     ) as definition
   from tab t left join pg_am am on am.oid = t.relam where t.relkind <> 'c'`,

  `select 'column', t.name || '.' || quote_ident(a.attname), concat_ws(' ',
       row_number() over (partition by t.oid order by a.attnum), format_type(a.atttypid, a.atttypmod),
       case when a.attnotnull then 'not null' end,
       case when a.attidentity <> '' then concat('identity ', a.attidentity) end,
       case when a.attgenerated <> '' then concat('generated ', a.attgenerated) end,
       (select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d where d.adrelid = t.oid and d.adnum = a.attnum),
       case when a.attcollation <> 0 then concat('collate ', a.attcollation::regcollation) end,
       a.attstorage, to_jsonb(a) ->> 'attcompression', nullif(to_jsonb(a) ->> 'attstattarget', '-1'),
       a.attoptions::text)
   from tab t join pg_attribute a on a.attrelid = t.oid
   where a.attnum > 0 and not a.attisdropped`,

  `select 'constraint', coalesce(t.name, format('domain %s', c.contypid::regtype)) || '.' || quote_ident(c.conname),
       concat_ws(' ', pg_get_constraintdef(c.oid), case when not c.convalidated then 'not valid' end)
   from pg_constraint c left join tab t on t.oid = c.conrelid
   where (t.oid is not null or (c.contypid <> 0 and c.connamespace in (select oid from space)))
     and not exists (select from member m where m.classid = 'pg_type'::regclass and m.objid = c.contypid)
     and c.contype <> 't'`,

  `select 'index', i.name, concat_ws(' ', pg_get_indexdef(x.indexrelid),
       case when not x.indisvalid then 'invalid' end, case when not x.indisready then 'not ready' end,
       case when x.indisclustered then 'clustered' end, case when x.indisreplident then 'replica identity' end)
   from pg_index x join rel i on i.oid = x.indexrelid join tab t on t.oid = x.indrelid`,

  `select 'trigger', t.name || '.' || quote_ident(g.tgname), concat_ws(' ', pg_get_triggerdef(g.oid), g.tgenabled)
   from pg_trigger g join tab t on t.oid = g.tgrelid where not g.tgisinternal`,

  `select 'rule', t.name || '.' || quote_ident(r.rulename), concat_ws(' ', pg_get_ruledef(r.oid), r.ev_enabled)
   from pg_rewrite r join tab t on t.oid = r.ev_class where r.rulename <> '_RETURN'`,

  `select 'policy', t.name || '.' || quote_ident(p.polname), concat_ws(' ', p.polcmd,
       case when p.polpermissive then 'permissive' else 'restrictive' end,
       (select string_agg(case when r = 0 then 'public' else r::regrole::text end, ', ' order by 1) from unnest(p.polroles) r),
       pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid))
   from pg_policy p join tab t on t.oid = p.polrelid`,

  `select 'sequence', s.name, concat_ws(' ', q.seqtypid::regtype, q.seqstart, q.seqincrement, q.seqmin, q.seqmax,
       q.seqcache, case when q.seqcycle then 'cycle' end, s.relpersistence,
       (select string_agg(t.name || '.' || quote_ident(a.attname), ', ')
          from pg_depend d join tab t on t.oid = d.refobjid
          join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
         where d.classid = 'pg_class'::regclass and d.objid = s.oid and d.deptype in ('a', 'i')))
   from pg_sequence q join rel s on s.oid = q.seqrelid`,

  `select 'statistics', s.name || '.' || quote_ident(e.stxname), pg_get_statisticsobjdef(e.oid)
   from pg_statistic_ext e join space s on s.oid = e.stxnamespace join tab t on t.oid = e.stxrelid`,
] as const
