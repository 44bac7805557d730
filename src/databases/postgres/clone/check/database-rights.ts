import type { Client } from 'pg'
import { quoteName } from '../names.ts'

/** Whose a database is, and who may do what with it as a whole: a copy of a database has neither. */
export interface DatabaseRights {
  readonly owner: string
  /** `CREATE`, `TEMPORARY` and `CONNECT`, each with the role that has it; an empty one is everybody. */
  readonly grants: readonly { readonly grantee: string; readonly privilege: string }[]
}

export async function readRights(client: Client): Promise<DatabaseRights> {
  const { rows } = await client.query<{ owner: string; grantee: string; privilege: string }>(`
    select pg_get_userbyid(d.datdba) as owner, x.privilege_type as privilege,
           case when x.grantee = 0 then '' else pg_get_userbyid(x.grantee) end as grantee
    from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) x
    where d.datname = current_database()`)
  return {
    owner: rows[0]?.owner ?? '',
    grants: rows.map(({ grantee, privilege }) => ({ grantee, privilege })),
  }
}

/**
 * Gives a clone to the owner that production has, with the same rights, as far as this role may: who owns a database may
 * make tables in it. Not everybody may connect to it, whatever production says, but `role` may, as which it is used.
 */
export async function giveRights(
  client: Client,
  database: string,
  { owner, grants }: DatabaseRights,
  role: string,
): Promise<void> {
  const name = quoteName(database)
  const statements = [
    `grant connect on database ${name} to ${quoteName(role)}`,
    ...grants
      .filter(({ grantee, privilege }) => grantee !== '' || privilege !== 'CONNECT')
      .map(({ grantee, privilege }) => {
        const to = grantee === '' ? 'public' : quoteName(grantee)
        return `grant ${privilege} on database ${name} to ${to}`
      }),
    `alter database ${name} owner to ${quoteName(owner)}`,
  ]
  for (const statement of statements) await client.query(statement).catch(() => {}) // compared afterwards
}
