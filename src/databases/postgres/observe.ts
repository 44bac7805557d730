import type { Client } from 'pg'
import { failedWith } from '../../core/errors.ts'
import type { Fact, Facts } from '../../environment/release.ts'
import type { Dial } from '../database.ts'
import { connect } from './connect.ts'

/** Where migration tools keep what they have done: tables by their usual names. */
const histories = [
  'schema_migrations',
  '_prisma_migrations',
  'knex_migrations',
  'pgmigrations',
  'migrations',
  'SequelizeMeta',
  'alembic_version',
  'django_migrations',
  'flyway_schema_history',
  'databasechangelog',
  'drizzle.__drizzle_migrations',
  'atlas_schema_revisions.atlas_schema_revisions',
] as const

/** Settings that decide how a statement fares, and those that decide how values are read and written. */
const limits = [
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'transaction_timeout',
  'default_transaction_isolation',
  'default_transaction_read_only',
]
const session = ['TimeZone', 'client_encoding', 'DateStyle', 'standard_conforming_strings']

/**
 * What PostgreSQL tells one short connection: who it is, whom it takes the connection for, and by which settings. Through
 * a pooler the server's own process is another than the one that the connection was told of.
 */
export async function observePostgres(url: string, dial: Dial): Promise<Facts> {
  const client = await connect(url, dial)
  try {
    await client.query('begin read only')
    const facts = await factsOf(client)
    // A pooler throws away the server's connection of a client that leaves in the middle of a transaction.
    await client.query('rollback')
    return facts
  } finally {
    await client.end().catch(() => {})
  }
}

async function factsOf(client: Client): Promise<Facts> {
  const [row] = (await client.query<Row>(question, [limits, session])).rows
  if (row === undefined) throw new TypeError('The server gave no row.')
  const told = (client as unknown as { readonly processID?: number }).processID
  return new Map([
    seen(
      'database-endpoint',
      `${await systemOf(client, row)} at ${row.address}${row.standby ? ', a standby' : ''}`,
    ),
    seen(
      'database-role',
      `${row.database} as ${row.role}${row.session_role === row.role ? '' : ` for ${row.session_role}`}`,
    ),
    seen('search-path', row.search_path),
    seen('database-limits', row.limits),
    seen('database-server', `${row.version}, collation ${row.collation}, ${row.extensions}`),
    seen('database-pooler', told === undefined || told === row.pid ? 'none' : 'one in between'),
    seen('database-session', row.session),
    ['schema-version', await schemaVersion(client)],
  ])
}

const source = 'a connection to the database'

function seen(kind: string, value: string): [string, Fact] {
  return [kind, { value, source }]
}

interface Row {
  readonly mayAsk: boolean
  readonly started: string
  readonly address: string
  readonly standby: boolean
  readonly database: string
  readonly role: string
  readonly session_role: string
  readonly search_path: string
  readonly limits: string
  readonly version: string
  readonly collation: string
  readonly extensions: string
  readonly session: string
  readonly pid: number
}

const settingsList = (names: string) =>
  `(select string_agg(name || ' ' || setting || coalesce(unit, ''), ', ' order by name) from pg_settings where name = any (${names}))`

// Databases have no version of their collation before PostgreSQL 15.
const question = `
  select has_function_privilege('pg_control_system()', 'execute') as "mayAsk",
         'started ' || extract(epoch from pg_postmaster_start_time()) as started,
         coalesce(host(inet_server_addr()) || ':' || inet_server_port(), 'a socket') as address,
         pg_is_in_recovery() as standby,
         current_database() as database, current_user as role, session_user as session_role,
         current_setting('search_path') as search_path,
         ${settingsList('$1')} as limits,
         ${settingsList('$2')} as session,
         current_setting('server_version') as version,
         (select concat_ws(' ', datcollate, to_jsonb(d) ->> 'datcollversion')
            from pg_database d where datname = current_database()) as collation,
         coalesce((select string_agg(extname || ' ' || extversion, ', ' order by extname) from pg_extension), 'none') as extensions,
         pg_backend_pid() as pid`

/**
 * Which server it is. Its identifier is not everybody's to know, and a statement that names the function is forbidden already
 * where calling it is; the start of the postmaster and its address then tell servers apart.
 */
async function systemOf(client: Client, { mayAsk, started }: Row): Promise<string> {
  if (!mayAsk) return started
  const { rows } = await client.query<{ readonly system: string }>(
    'select system_identifier::text as system from pg_control_system()',
  )
  return rows[0]?.system ?? started
}

/** How long the server may work on one question, and wait for a lock: the app comes first. */
const budgets = `set local statement_timeout = '3s'; set local lock_timeout = '1s'`

/** A larger table is the app's own, by whatever name: what migration tools keep is small. */
const historyBytes = 8_000_000

/** How many migrations each history table has, and a digest of its rows. */
async function schemaVersion(client: Client): Promise<Fact> {
  // Only for this transaction, so that a pooler hands them to nobody; and only now, after the settings were told.
  await client.query(budgets)
  const { rows } = await client.query<{ readonly name: string }>(
    `select name from unnest($1::text[]) name where to_regclass(quote_ident(split_part(name, '.', 1))
       || case when name like '%.%' then '.' || quote_ident(split_part(name, '.', 2)) else '' end) is not null`,
    [histories],
  )
  const versions: string[] = []
  for (const { name } of rows) {
    const version = await versionOf(client, name)
    if (typeof version !== 'string') return version
    versions.push(version)
  }
  return { value: versions.length === 0 ? 'no history table' : versions.join(', '), source }
}

/** Why the server gave no answer, by its SQLSTATE. */
const refusals = new Map([
  ['42501', "the app's role may not read the table"],
  ['57014', 'it takes more than 3 s to read the table'],
  ['55P03', 'somebody holds a lock on the table'],
])

async function versionOf(client: Client, table: string): Promise<string | { readonly unseen: string }> {
  const quoted = table
    .split('.')
    .map((part) => `"${part}"`)
    .join('.')
  try {
    const sized = await client.query<{ readonly bytes: string }>(
      'select pg_table_size($1::regclass) as bytes',
      [quoted],
    )
    if (Number(sized.rows[0]?.bytes) > historyBytes) return `${table}: too large for a history`
    const { rows } = await client.query<{ readonly version: string }>(
      `select count(*) || ' rows, ' || coalesce(left(md5(string_agg(t::text, E'\\n' order by t::text)), 12), 'none') as version
         from ${quoted} t`,
    )
    return `${table}: ${rows[0]?.version}`
  } catch (error) {
    for (const [code, why] of refusals) if (failedWith(error, code)) return { unseen: `${why} ${table}` }
    throw error
  }
}
