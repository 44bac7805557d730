import type { Client } from 'pg'

/** Which database this is. It takes all of it: a physical copy of production has the same system identifier. */
export interface PostgresIdentity {
  /** The cluster's system identifier; nothing where this role may not ask for it. */
  readonly system: string | undefined
  /** When the server started, in microseconds since 1970: a copy that runs beside its original has another. */
  readonly started: string
  /** Address and port as the server sees them; `a socket` over one. */
  readonly address: string
  readonly databaseOid: number
  readonly database: string
  /** The name of the clone that it was made as; nothing in a database that Purser did not make. */
  readonly marker: string | undefined
}

/** Reads it in the session's own transaction, if there is one. Any role may. */
export async function readIdentity(client: Client): Promise<PostgresIdentity> {
  const { rows } = await client.query<Row>(`
    select has_function_privilege('pg_control_system()', 'execute') as "mayAsk",
           (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint::text as started,
           coalesce(host(inet_server_addr()) || ':' || inet_server_port(), 'a socket') as address,
           d.oid as "databaseOid",
           d.datname as database,
           coalesce(case when shobj_description(d.oid, 'pg_database') like '{"purser":"clone",%'
                         then shobj_description(d.oid, 'pg_database')::jsonb ->> 'name' end,
                    case when exists (select from pg_namespace where nspname = 'purser_clone')
                         then 'a clone' end) as marker
    from pg_database d where d.datname = current_database()`)
  const [row] = rows
  if (row === undefined) throw new TypeError('The server gave no row.')
  const { mayAsk, marker, ...rest } = row
  return { ...rest, system: mayAsk ? await readSystem(client) : undefined, marker: marker ?? undefined }
}

interface Row extends Omit<PostgresIdentity, 'system' | 'marker'> {
  readonly mayAsk: boolean
  readonly marker: string | null
}

// A statement of its own: naming the function is forbidden already where calling it is.
async function readSystem(client: Client): Promise<string | undefined> {
  const { rows } = await client.query<{ system: string }>(
    'select system_identifier::text as system from pg_control_system()',
  )
  return rows[0]?.system
}

/** Whether two connections have led to one running server, by whatever addresses. */
export function isSameServer(one: PostgresIdentity, other: PostgresIdentity): boolean {
  if (one.system !== undefined && other.system !== undefined && one.system !== other.system) return false
  return one.started === other.started
}

/** Whether two connections have led to one database, of one running server. */
export function isSameDatabase(one: PostgresIdentity, other: PostgresIdentity): boolean {
  return isSameServer(one, other) && one.databaseOid === other.databaseOid
}

/** An identity in words, for the record. */
export function describeIdentity({ system, address, database, databaseOid }: PostgresIdentity): string {
  return `${database} (${databaseOid}) at ${address}${system === undefined ? '' : ` of system ${system}`}`
}
