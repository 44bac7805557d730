import type { Client } from 'pg'
import { PurserError } from '../../../../core/errors.ts'
import { count } from '../../../../core/text.ts'

/** Whether this role may read all of the database that is cloned. Throws `CLONE_RIGHTS_MISSING`, which names the GRANT. */
export async function checkReading(client: Client, role: string): Promise<void> {
  const { rows } = await client.query<{ name: string; hidden: boolean; quoted: string }>(`
    select n.nspname || '.' || c.relname as name, coalesce(row_security_active(c.oid), false) as hidden,
           quote_ident(current_user) as quoted
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'm', 'S') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and c.relpersistence <> 't'
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
      and (not has_schema_privilege(n.oid, 'usage') or not case when c.relkind = 'S'
             then has_sequence_privilege(c.oid, 'select') else has_table_privilege(c.oid, 'select') end
           or (c.relkind in ('r', 'p') and row_security_active(c.oid)))
    order by 1`)
  const [first] = rows
  if (first === undefined) return
  const what = count(rows.length, 'table or sequence', 'tables or sequences')
  throw new PurserError('CLONE_RIGHTS_MISSING', {
    message: `The role ${role} may not read all of the database that is to be cloned: ${what} are closed to it, such as ${first.name}.`,
    remedy: first.hidden
      ? `Row security hides rows from it. Clone as a role that sees them: \`ALTER ROLE ${first.quoted} BYPASSRLS\`.`
      : `Let it read: \`GRANT pg_read_all_data TO ${first.quoted}\` (PostgreSQL 14 and newer).`,
  })
}
