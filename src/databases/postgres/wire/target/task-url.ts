import { isIPv6 } from 'node:net'
import { urlParts } from './url-parts.ts'

interface Door {
  readonly address: string
  readonly port: number
  readonly user: string
  readonly password: string
}

/**
 * The URL that a task gets in place of this one: another server, user and password, without encryption. What else is in
 * it is the task's driver's to understand, and stays as it was written (`schema=` of Prisma's, `options=` of libpq's).
 */
export function taskUrl(url: string, database: string, { address, port, user, password }: Door): string {
  const { path, query } = urlParts(url)
  const host = isIPv6(address) ? `[${address}]` : address
  const kept = escaped(query)
    .split('&')
    .filter((pair) => pair !== '' && !isOfTheServer(pair))
  const parameters = [...kept, 'sslmode=disable'].join('&')
  return `postgres://${user}:${password}@${host}:${port}/${isPlain(path) ? path : encodeURIComponent(database)}?${parameters}`
}

/** What the wire takes care of itself, or does not do on the task's side. */
const ofTheServer =
  /^(host|hostaddr|port|user|password|passfile|service|dbname|db|channel_binding|gss.*|krbsrvname|ssl.*|require.*|target_session_attrs|load_balance_hosts|uselibpqcompat)$/

function isOfTheServer(pair: string): boolean {
  return ofTheServer.test(pair.split('=', 1)[0]?.toLowerCase() ?? '')
}

function isPlain(path: string): boolean {
  return /^[\w.~%-]+$/.test(path)
}

/** Spaces and the like, which some drivers forgive, and others don't. */
function escaped(query: string): string {
  return query.replace(/[^\x21-\x7e]/gu, (sign) => encodeURIComponent(sign)).replace(/#.*$/s, '')
}
