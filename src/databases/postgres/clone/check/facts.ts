import type { Client } from 'pg'
import { type Fingerprint, fingerprintSchema } from '../../fingerprint/fingerprint.ts'
import type { FingerprintScope } from '../../fingerprint/scope.ts'
import { type PostgresIdentity, readIdentity } from '../../identity/identity.ts'
import { type DatabaseRights, readRights } from './database-rights.ts'
import { type Role, readRoles } from './roles.ts'
import { readSettings, type Settings } from './settings.ts'

/** An extension by its name: its version, and where it is. */
export interface Extension {
  readonly version: string
  readonly schema: string
}

/** What a clone must have in common with its original. */
export interface CloneFacts {
  readonly identity: PostgresIdentity
  /** `150018` for 15.18. */
  readonly version: number
  readonly role: string
  readonly locale: Locale
  readonly extensions: ReadonlyMap<string, Extension>
  readonly settings: Settings
  readonly serverSettings: Settings
  readonly roles: ReadonlyMap<string, Role>
  /** Who owns the database, and who may do what with it as a whole. */
  readonly rights: DatabaseRights
  readonly fingerprint: Fingerprint
  /** Bytes on disk. */
  readonly bytes: number
}

/** How a database writes and sorts. */
export interface Locale {
  readonly encoding: string
  readonly collate: string
  readonly ctype: string
  /** `c` (libc), `i` (ICU) or `b` (built in). */
  readonly provider: string
  readonly locale: string | null
  readonly rules: string | null
}

/** How long a question may take, and wait for a lock: the app comes first. */
const budgets = `set local statement_timeout = '60s'; set local lock_timeout = '5s'`

/** Reads them in the transaction that the session is in, from the catalogs only. */
export async function readFacts(client: Client, scope: FingerprintScope): Promise<CloneFacts> {
  const [own] = (await client.query<Own>(ownQuestion)).rows
  if (own === undefined) throw new TypeError('The server gave no row.')
  const { version, role, bytes, ...locale } = own
  const { rows } = await client.query<{ name: string } & Extension>(`
    select extname as name, extversion as version, extnamespace::regnamespace::text as schema from pg_extension`)
  const { own: settings, server: serverSettings } = await readSettings(client)
  await client.query(budgets) // only now, after the settings were told
  return {
    identity: await readIdentity(client),
    version,
    role,
    locale,
    bytes,
    settings,
    serverSettings,
    extensions: new Map(rows.map(({ name, ...extension }) => [name, extension])),
    roles: await readRoles(client),
    rights: await readRights(client),
    fingerprint: await fingerprintSchema(client, scope),
  }
}

interface Own extends Locale {
  readonly version: number
  readonly role: string
  readonly bytes: number
}

// The columns of the locale have had three names: none (14), daticulocale (15, 16), datlocale (17 and newer).
const ownQuestion = `
  select current_setting('server_version_num')::int as version,
         current_user as role,
         pg_database_size(d.oid)::float8 as bytes,
         pg_encoding_to_char(d.encoding) as encoding, d.datcollate as collate, d.datctype as ctype,
         coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') as provider,
         coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') as locale,
         to_jsonb(d) ->> 'daticurules' as rules
  from pg_database d where d.datname = current_database()`

/** The clauses of CREATE DATABASE for an empty database that writes and sorts likewise. */
export function createClauses(locale: Locale, version: number, quote: (text: string) => string): string {
  const base = `template template0 encoding ${quote(locale.encoding)} lc_collate ${quote(locale.collate)} lc_ctype ${quote(locale.ctype)}`
  if (version < 150_000 || locale.provider === 'c') return base
  const provider = locale.provider === 'i' ? 'icu' : 'builtin'
  const name = locale.provider === 'i' ? 'icu_locale' : 'builtin_locale'
  const rules = locale.rules === null ? '' : ` icu_rules ${quote(locale.rules)}`
  return `${base} locale_provider ${provider}${locale.locale === null ? '' : ` ${name} ${quote(locale.locale)}`}${rules}`
}
