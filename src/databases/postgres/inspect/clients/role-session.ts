import type { Client } from 'pg'
import { sqlStateOf } from '../../sql-state.ts'
import { end, type Sessions } from '../sessions.ts'
import { marker, quoted } from '../sql.ts'

/** A session as a client of a role has it: with that role's settings and rights. */
export interface RoleSession {
  readonly client: Client
  /** Whether it is that role; else it has the rights of the connection's own. */
  readonly isRole: boolean
}

/** Opens one; without a role, as the connection's own. */
export async function openAs(sessions: Sessions, role: string | undefined): Promise<RoleSession> {
  const client = await sessions.openPlain()
  try {
    if (role === undefined) return { client, isRole: true }
    await takeSettings(client, role)
    return { client, isRole: await become(client, role) }
  } catch (error) {
    await end(client)
    throw error
  }
}

async function become(client: Client, role: string): Promise<boolean> {
  const { rows } = await client.query<{ readonly is: boolean }>('select current_user = $1 as is', [role])
  if (rows[0]?.is === true) return true
  for (const way of ['set session authorization', 'set role']) {
    try {
      await client.query(`${way} ${quoted(role)}`)
      return true
    } catch (error) {
      if (sqlStateOf(error) === undefined) throw error
    }
  }
  return false
}

/** Gives a session the settings that the server would have begun it with, had this role logged in. */
async function takeSettings(client: Client, role: string): Promise<void> {
  const { rows } = await client.query<{ readonly name: string; readonly value: string }>(question, [role])
  for (const { name, value } of rows) {
    try {
      await client.query('select pg_catalog.set_config($1, $2, false)', [name, value])
    } catch (error) {
      // a limit that only a superuser may set, or a setting of an extension that is not loaded
      if (sqlStateOf(error) === undefined) throw error
    }
  }
}

// The more special wins. What only the connection's own role has set is as the server has it by itself.
const question = `
  with ${marker} db as (select oid from pg_database where datname = current_database()),
  setting as (
    select split_part(one, '=', 1) as name, substr(one, strpos(one, '=') + 1) as value, r.rolname,
      case when s.setrole <> 0 then 2 else 0 end + case when s.setdatabase <> 0 then 1 else 0 end as rank
    from pg_db_role_setting s cross join unnest(s.setconfig) one left join pg_roles r on r.oid = s.setrole
    where s.setdatabase in (0, (select oid from db)) and (s.setrole = 0 or r.rolname in ($1, session_user))
  ),
  wanted as (
    select distinct on (name) name, value from setting where rolname is null or rolname = $1 order by name, rank desc
  )
  select name, value from wanted where name not in ('role', 'session_authorization')
  union all
  select p.name, p.boot_val from pg_settings p
  where p.name in (select name from setting) and p.name not in (select name from wanted)
    and p.name not in ('role', 'session_authorization') and p.boot_val is not null`
