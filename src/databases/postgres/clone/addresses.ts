import type { Client } from 'pg'

/** The same URL for another database of its server; with a role, as that one from the first statement on. */
export function urlOf(server: string, database: string, role?: string): string {
  const url = new URL(server)
  url.pathname = `/${encodeURIComponent(database)}`
  if (role === undefined) return url.href
  const asRole = `-c role=${role.replace(/([\\ ])/g, '\\$1')}`
  url.searchParams.set('options', [url.searchParams.get('options') ?? '', asRole].join(' ').trim())
  // libpq knows no "+" for a space in a query
  return url.href.replace(/\?.*$/, (query) => query.replaceAll('+', '%20'))
}

/** Where a client connects to, as the driver has read its URL. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** What libpq's programs are told in their environment: no URL and no password is ever an argument. */
export function libpqVariables(
  url: string,
  { host, port, user, password, database }: Pick<Client, 'host' | 'port' | 'user' | 'password' | 'database'>,
  options: readonly string[],
  tunnel?: Address,
): Readonly<Record<string, string>> {
  const query = URL.canParse(url) ? new URL(url).searchParams : new URLSearchParams()
  const variables: Record<string, string> = {
    PGHOST: host,
    PGPORT: String(tunnel?.port ?? port),
    ...(tunnel === undefined ? {} : { PGHOSTADDR: tunnel.host }),
    ...(user === undefined ? {} : { PGUSER: user }),
    ...(typeof password === 'string' ? { PGPASSWORD: password } : {}),
    ...(database === undefined ? {} : { PGDATABASE: database }),
    PGOPTIONS: [query.get('options') ?? '', ...options].join(' ').trim(),
  }
  for (const [parameter, variable] of known) {
    const value = query.get(parameter)
    if (value !== null) variables[variable] = value
  }
  // two words of the driver's own
  if (query.get('sslmode') === 'no-verify' || (query.get('ssl') === 'true' && !query.has('sslmode')))
    variables.PGSSLMODE = 'require'
  return variables
}

const known = [
  ['sslmode', 'PGSSLMODE'],
  ['sslrootcert', 'PGSSLROOTCERT'],
  ['sslcert', 'PGSSLCERT'],
  ['sslkey', 'PGSSLKEY'],
  ['channel_binding', 'PGCHANNELBINDING'],
  ['gssencmode', 'PGGSSENCMODE'],
  ['target_session_attrs', 'PGTARGETSESSIONATTRS'],
] as const
