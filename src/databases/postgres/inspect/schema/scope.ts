import { partitionPatterns, scopeCtes } from '../../fingerprint/scope.ts'
import { marker } from '../sql.ts'

/** What a query of `familyQuery` gives for each thing that it finds. */
export interface FoundObject {
  readonly kind: string
  readonly name: string
  readonly table: string | null
  readonly id: string
  readonly properties: Readonly<Record<string, unknown>>
}

/**
 * One statement for many families. Each is a query of `kind`, `name`, `table`, `id` and a JSON object of properties over the
 * scope of the fingerprint and, with plain names (`schema.name`, without quotes), `thing` (every relation), `tbl` (what has
 * columns) and `plain` (schemas).
 */
export function familyQuery(families: readonly string[]): string {
  return `with ${marker} ${scopeCtes},
    plain as materialized (select oid, nspname from space),
    thing as materialized (
      select r.*, p.nspname || '.' || r.relname as plain from rel r join plain p on p.oid = r.relnamespace
    ),
    tbl as materialized (select * from thing where relkind in ('r', 'p', 'v', 'm', 'f'))
    ${families.join('\nunion all\n')}`
}

export const scopeParameters = [partitionPatterns({})]

/** Who may do what, in words: `app SELECT, public SELECT*` (`*`: may grant it). Who granted it is left out. */
export const rights = (column: string, kind: string, owner: string) => `
  (select string_agg(format('%s %s%s', case when x.grantee = 0 then 'public' else x.grantee::regrole::text end,
       x.privilege_type, case when x.is_grantable then '*' end), ', '
       order by case when x.grantee = 0 then '' else x.grantee::regrole::text end collate "C", x.privilege_type)
   from aclexplode(coalesce(${column}, acldefault('${kind}', ${owner}))) x)`

/** The comment on a thing. */
export const comment = (oid: string, catalog: string) => `obj_description(${oid}, '${catalog}')`

/** Leaves out what an extension has made: its version tells of it. */
export const notAMember = (catalog: string, oid: string) =>
  `not exists (select from member m where m.classid = '${catalog}'::regclass and m.objid = ${oid})`

export const yes = (condition: string) => `case when ${condition} then 'yes' else 'no' end`
