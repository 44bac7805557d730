import type { Client } from 'pg'
import { quoteName, quoteText } from '../names.ts'

/** A role that owns something in a database, or was granted something there. */
export interface Role {
  /** `INHERIT`, `CREATEDB` and so on, as CREATE ROLE takes them; whether it may log in is not among them. */
  readonly attributes: readonly string[]
  /** Roles of this list that it is a member of. */
  readonly memberOf: readonly string[]
}

interface Row extends Role {
  readonly name: string
}

const columns = `r.rolname as name,
  array_remove(array[
    case when r.rolsuper then 'SUPERUSER' end, case when r.rolinherit then 'INHERIT' else 'NOINHERIT' end,
    case when r.rolcreaterole then 'CREATEROLE' end, case when r.rolcreatedb then 'CREATEDB' end,
    case when r.rolbypassrls then 'BYPASSRLS' end], null) as attributes,
  coalesce((select array_agg(p.rolname::text order by p.rolname) from pg_auth_members m
    join pg_roles p on p.oid = m.roleid where m.member = r.oid), '{}') as "memberOf"`

function byName(rows: readonly Row[]): ReadonlyMap<string, Role> {
  return new Map(rows.map(({ name, attributes, memberOf }) => [name, { attributes, memberOf }]))
}

/** The roles that matter to a database: owners, grantees, whom they are members of, and the one who asks. */
export async function readRoles(client: Client): Promise<ReadonlyMap<string, Role>> {
  const { rows } = await client.query<Row>(`
    with recursive named as (
      select refobjid as oid from pg_shdepend
       where refclassid = 'pg_authid'::regclass and dbid = (select oid from pg_database where datname = current_database())
      -- what the first superuser owns is not among the dependencies
      union select relowner from pg_class where oid >= 16384
      union select nspowner from pg_namespace where oid >= 16384
      union select proowner from pg_proc where oid >= 16384
      union select datdba from pg_database where datname = current_database()
      union select oid from pg_roles where rolname in (current_user, session_user)
      union select m.roleid from pg_auth_members m join named n on n.oid = m.member
    )
    select ${columns}
    from pg_roles r where r.oid in (select oid from named) and r.rolname !~ '^pg_'`)
  return byName(rows)
}

/** Makes the roles that are not there, without the right to log in. What this role may not do is left for the comparison. */
export async function makeRoles(
  client: Client,
  wanted: ReadonlyMap<string, Role>,
  environment: string,
): Promise<void> {
  const { rows } = await client.query<{ name: string }>('select rolname as name from pg_roles')
  const there = new Set(rows.map(({ name }) => name))
  const missing = [...wanted].filter(([name]) => !there.has(name))
  for (const [name, { attributes }] of missing) await makeRole(client, name, attributes, environment)
  for (const [name, { memberOf }] of missing) {
    for (const group of memberOf) await attempt(client, `grant ${quoteName(group)} to ${quoteName(name)}`)
  }
}

async function makeRole(
  client: Client,
  name: string,
  attributes: readonly string[],
  environment: string,
): Promise<void> {
  const create = `create role ${quoteName(name)} nologin`
  const isMade =
    (await attempt(client, `${create} ${attributes.join(' ')}`)) ||
    (await attempt(client, `${create} ${attributes.filter((one) => one.endsWith('INHERIT')).join(' ')}`))
  if (!isMade) return
  // to give it what it owns; a superuser needs no membership for that
  await attempt(
    client,
    `do $$ begin if current_setting('is_superuser') = 'off' then execute 'grant ' || ${quoteText(quoteName(name))} || ' to current_user'; end if; end $$`,
  )
  const comment = quoteText(`Made by purser for clones of ${environment}`)
  await attempt(client, `comment on role ${quoteName(name)} is ${comment}`)
}

async function attempt(client: Client, statement: string): Promise<boolean> {
  return client.query(statement).then(
    () => true,
    () => false,
  )
}

/** What differs, in words. That a role may log in is no difference. */
export function rolesThatDiffer(
  wanted: ReadonlyMap<string, Role>,
  found: ReadonlyMap<string, Role>,
): readonly string[] {
  return [...wanted].flatMap(([name, { attributes, memberOf }]) => {
    const here = found.get(name)
    if (here === undefined) return [`role ${name} is missing on the clone server`]
    const lacks = [
      ...difference(attributes, here.attributes),
      ...difference(memberOf, here.memberOf).map((group) => `membership in ${group}`),
    ]
    const has = [
      ...difference(here.attributes, attributes),
      ...difference(here.memberOf, memberOf).map((group) => `membership in ${group}`),
    ]
    return [
      ...(lacks.length === 0 ? [] : [`role ${name} lacks ${lacks.join(', ')}`]),
      ...(has.length === 0 ? [] : [`role ${name} has also ${has.join(', ')}`]),
    ]
  })
}

function difference(one: readonly string[], other: readonly string[]): readonly string[] {
  return one.filter((word) => !other.includes(word))
}

/** The role that statements of a session are made as. */
export async function userOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ role: string }>('select current_user::text as role')
  return rows[0]?.role ?? ''
}

/** All roles of a server by these names. */
export async function findRoles(
  client: Client,
  names: readonly string[],
): Promise<ReadonlyMap<string, Role>> {
  const { rows } = await client.query<Row>(
    `select ${columns}
     from pg_roles r where r.rolname = any ($1)`,
    [names],
  )
  return byName(rows)
}
