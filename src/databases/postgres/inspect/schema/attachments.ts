import { comment, notAMember, yes } from './scope.ts'

const enabled = (column: string) =>
  `case ${column} when 'O' then 'yes' when 'D' then 'no' when 'R' then 'on replicas' else 'always' end`

const constraint = `json_build_object(
     'kind', case c.contype when 'p' then 'primary key' when 'u' then 'unique' when 'f' then 'foreign key'
       when 'c' then 'check' when 'x' then 'exclusion' end,
     'definition', regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', ''),
     'validated', ${yes('c.convalidated')},
     'deferrable', case when not c.condeferrable then 'no' when c.condeferred then 'initially deferred' else 'yes' end,
     'triggersDisabled', (select 'yes' from pg_trigger g where g.tgconstraint = c.oid and g.tgenabled = 'D' limit 1),
     'comment', ${comment('c.oid', 'pg_constraint')})`

/** What hangs on a table: constraints, indexes, triggers, policies, rules, statistics. */
export const attachmentFamilies = [
  // NOT NULL is told by the column; a constraint's copies for each partition that it references, by itself
  `select 'constraint' as kind, t.plain || '.' || c.conname as name, t.plain as "table", c.oid::text as id,
     ${constraint} as properties
   from tbl t join pg_constraint c on c.conrelid = t.oid
   where c.contype not in ('t', 'n')
     and (select above.conrelid from pg_constraint above where above.oid = c.conparentid) is distinct from c.conrelid`,

  `select 'constraint', p.nspname || '.' || y.typname || '.' || c.conname, null, c.oid::text, ${constraint}
   from pg_constraint c join pg_type y on y.oid = c.contypid join plain p on p.oid = y.typnamespace
   where c.contype <> 'n' and ${notAMember('pg_type', 'y.oid')}`,

  // without the index's own name, so that two that do the same are told alike
  `select 'index', i.plain, t.plain, i.oid::text, json_build_object(
     'definition', replace(pg_get_indexdef(i.oid), ' INDEX ' || quote_ident(i.relname) || ' ON ', ' INDEX ON '),
     'unique', ${yes('x.indisunique')}, 'primary', ${yes('x.indisprimary')}, 'valid', ${yes('x.indisvalid and x.indisready')},
     'clustered', case when x.indisclustered then 'yes' end, 'replicaIdentity', case when x.indisreplident then 'yes' end,
     'tablespace', (select spcname from pg_tablespace where oid = i.reltablespace),
     'comment', ${comment('i.oid', 'pg_class')})
   from pg_index x join thing i on i.oid = x.indexrelid join tbl t on t.oid = x.indrelid`,

  `select 'trigger', t.plain || '.' || g.tgname, t.plain, g.oid::text, json_build_object(
     'definition', pg_get_triggerdef(g.oid), 'enabled', ${enabled('g.tgenabled')}, 'comment', ${comment('g.oid', 'pg_trigger')})
   from pg_trigger g join tbl t on t.oid = g.tgrelid where not g.tgisinternal`,

  `select 'policy', t.plain || '.' || p.polname, t.plain, p.oid::text, json_build_object(
     'command', case p.polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end,
     'kind', case when p.polpermissive then 'permissive' else 'restrictive' end,
     'roles', (select string_agg(case when r = 0 then 'public' else r::regrole::text end, ', ' order by r::regrole::text)
                 from unnest(p.polroles) r),
     'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid),
     'comment', ${comment('p.oid', 'pg_policy')})
   from pg_policy p join tbl t on t.oid = p.polrelid`,

  `select 'rule', t.plain || '.' || r.rulename, t.plain, r.oid::text, json_build_object(
     'definition', pg_get_ruledef(r.oid), 'enabled', ${enabled('r.ev_enabled')})
   from pg_rewrite r join tbl t on t.oid = r.ev_class where r.rulename <> '_RETURN'`,

  `select 'statistics', p.nspname || '.' || e.stxname, t.plain, e.oid::text,
     json_build_object('definition', pg_get_statisticsobjdef(e.oid))
   from pg_statistic_ext e join plain p on p.oid = e.stxnamespace join tbl t on t.oid = e.stxrelid`,
] as const
