import type { Client } from 'pg'
import { quoteName, quoteText } from '../names.ts'

/** Settings by their names, as a session has them. */
export type Settings = ReadonlyMap<string, string>

/**
 * Settings that decide what a migration does, or whether it gets through: how times and numbers are read and written,
 * what a statement sees and may wait for, which names are found, how tables are stored. Any owner of a database may set
 * them for it.
 */
const compared = [
  ...['TimeZone', 'DateStyle', 'IntervalStyle', 'lc_monetary', 'lc_numeric', 'lc_time', 'extra_float_digits'],
  ...['default_transaction_isolation', 'default_transaction_read_only', 'default_transaction_deferrable'],
  ...['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout'],
  ...['search_path', 'row_security', 'check_function_bodies', 'transform_null_equals', 'array_nulls'],
  ...['standard_conforming_strings', 'backslash_quote', 'bytea_output'],
  ...['default_table_access_method', 'default_toast_compression', 'gin_fuzzy_search_limit', 'xmloption'],
]

/** Those that only a superuser may set, which can't always be brought over. */
const privileged = ['session_replication_role', 'lo_compat_privileges']

/** Those of the whole server: a difference is told, and is none of the database itself. */
const ofTheServer = [
  'max_locks_per_transaction',
  'shared_preload_libraries',
  'wal_level',
  'track_counts',
  'block_size',
]

export async function readSettings(
  client: Client,
): Promise<{ readonly own: Settings; readonly server: Settings }> {
  const { rows } = await client.query<{ name: string; setting: string; server: boolean }>(
    `select name, setting || coalesce(unit, '') as setting, name = any ($2) as server from pg_settings
     where name = any ($1) or name = any ($2)`,
    [[...compared, ...privileged], ofTheServer],
  )
  const pick = (server: boolean) =>
    new Map(rows.filter((row) => row.server === server).map(({ name, setting }) => [name, setting]))
  return { own: pick(false), server: pick(true) }
}

/** Gives a database the settings that production has, as far as this role may. */
export async function bringOver(
  client: Client,
  database: string,
  wanted: Settings,
  found: Settings,
): Promise<void> {
  for (const [name, setting] of wanted) {
    if (found.get(name) === setting) continue
    // a list such as the search path is one value only where it is not quoted
    const value = name === 'search_path' ? setting || "''" : quoteText(setting)
    await client
      .query(`alter database ${quoteName(database)} set ${quoteName(name)} = ${value}`)
      .catch(() => {}) // compared afterwards
  }
}

/** Names and values of what differs. Settings that only one of the two versions knows are none. */
export function settingsThatDiffer(wanted: Settings, found: Settings): readonly string[] {
  return [...wanted].flatMap(([name, setting]) => {
    const here = found.get(name)
    return here === undefined || here === setting ? [] : [`${name} is "${here}", in production "${setting}"`]
  })
}
