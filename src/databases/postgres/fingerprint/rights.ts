// Who granted a right is left out: only the owner's grants survive a dump by everybody.
const acl = (column: string, kind: string, owner: string) => `
  (select string_agg(format('%s %s%s', case when x.grantee = 0 then 'public' else x.grantee::regrole::text end,
       x.privilege_type, case when x.is_grantable then '*' end), ', '
       order by case when x.grantee = 0 then '' else x.grantee::regrole::text end collate "C", x.privilege_type)
   from aclexplode(coalesce(${column}, acldefault('${kind}', ${owner}))) x)`

const notAMember = (catalog: string, oid: string) =>
  `not exists (select from member m where m.classid = '${catalog}'::regclass and m.objid = ${oid})`

/** Who owns what, and who may do what with it. As in `tables.ts`. */
export const rightFamilies = [
  `select 'rights on schema' as kind, s.name, concat_ws(' ', 'owner', s.nspowner::regrole, ${acl('s.nspacl', 'n', 's.nspowner')}) as definition
   from space s where ${notAMember('pg_namespace', 's.oid')}`,

  `select 'rights on table', t.name, concat_ws(' ', 'owner', t.relowner::regrole, ${acl('t.relacl', 'r', 't.relowner')})
   from tab t where t.relkind <> 'c'`,

  `select 'rights on sequence', s.name, concat_ws(' ', 'owner', s.relowner::regrole, ${acl('s.relacl', 's', 's.relowner')})
   from rel s where s.relkind = 'S'`,

  `select 'rights on column', t.name || '.' || quote_ident(a.attname), ${acl('a.attacl', 'c', 't.relowner')}
   from tab t join pg_attribute a on a.attrelid = t.oid where a.attacl is not null and a.attnum > 0 and not a.attisdropped`,

  `select 'rights on function', p.oid::regprocedure::text, concat_ws(' ', 'owner', p.proowner::regrole, ${acl('p.proacl', 'f', 'p.proowner')})
   from pg_proc p join space s on s.oid = p.pronamespace where ${notAMember('pg_proc', 'p.oid')}`,

  `select 'rights on type', s.name || '.' || quote_ident(t.typname), concat_ws(' ', 'owner', t.typowner::regrole, ${acl('t.typacl', 'T', 't.typowner')})
   from pg_type t join space s on s.oid = t.typnamespace
   where t.typtype in ('d', 'e', 'r', 'c') and (t.typrelid = 0 or exists (select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
     and ${notAMember('pg_type', 't.oid')}`,

  `select 'default rights', concat_ws(' ', d.defaclrole::regrole, nullif(d.defaclnamespace, 0::oid)::regnamespace, d.defaclobjtype),
       (select string_agg(format('%s %s', case when x.grantee = 0 then 'public' else x.grantee::regrole::text end, x.privilege_type), ', ' order by 1)
        from aclexplode(d.defaclacl) x)
   from pg_default_acl d`,
] as const
