import { createHash } from 'node:crypto'
import type { Client } from 'pg'
import { programFamilies } from './programs.ts'
import { rightFamilies } from './rights.ts'
import { type FingerprintScope, partitionPatterns, scopeCtes } from './scope.ts'
import { tableFamilies } from './tables.ts'

/** A schema as the catalogs tell it, without OIDs and without the gaps of dropped columns. Comments are no part of it. */
export interface Fingerprint {
  /** SHA-256 over all objects and all rights, in hexadecimal. */
  readonly digest: string
  /** Digests by `KIND NAME`, such as `column public.users.email`. */
  readonly objects: ReadonlyMap<string, string>
  /** Owners and grants likewise, by `rights on table public.users`. */
  readonly rights: ReadonlyMap<string, string>
}

/**
 * Reads it in the session's own transaction, or in one of its own: reads only, with ACCESS SHARE locks only. The
 * session's search path is as before afterwards.
 */
export async function fingerprintSchema(client: Client, scope: FingerprintScope = {}): Promise<Fingerprint> {
  const patterns = partitionPatterns(scope)
  const { rows: before } = await client.query<{ path: string }>(
    `select current_setting('search_path') as path`,
  )
  // so that every name in a definition has its schema
  await setSearchPath(client, 'pg_catalog')
  try {
    const objects = await digests(client, [...tableFamilies, ...programFamilies], patterns)
    const rights = await digests(client, rightFamilies, patterns)
    return { digest: digestOf([...objects, ...rights]), objects, rights }
  } finally {
    await setSearchPath(client, before[0]?.path ?? '').catch(() => {}) // a failed transaction forgets it anyway
  }
}

/** What one has and the other has not, or has otherwise, in words and in order. */
export function differencesOf(
  expected: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): readonly string[] {
  const names = [...new Set([...expected.keys(), ...found.keys()])].sort()
  return names.flatMap((name) => {
    const [there, here] = [expected.get(name), found.get(name)]
    if (there === here) return []
    if (there === undefined) return `${name} is not in production`
    return here === undefined ? `${name} is missing` : `${name} is different`
  })
}

async function setSearchPath(client: Client, path: string): Promise<void> {
  await client.query(`select set_config('search_path', $1, false)`, [path])
}

async function digests(
  client: Client,
  families: readonly string[],
  patterns: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const all = families.join('\nunion all\n')
  const { rows } = await client.query<{ name: string; digest: string }>(
    `with ${scopeCtes}
     select kind || ' ' || name as name,
       md5(string_agg(coalesce(${settled('definition')}, ''), E'\\n' order by definition)) as digest
     from (${all}) found group by 1`,
    [patterns],
  )
  return new Map(rows.map(({ name, digest }) => [name, digest]))
}

// a varchar constant, as a regular expression between dollar quotes
const constant = `'(?:[^']|'')*'::character varying`
const wholeList = `$re$\\(ARRAY\\[(${constant}(?:, ${constant})*)\\]\\)::text\\[\\]$re$`
const oneOfList = `$re$\\((${constant})\\)::text$re$`

/**
 * The server writes a comparison of a varchar with a list in one way when it was made by hand and in another after a dump
 * was restored, and means the same: `(ARRAY['a'::character varying])::text[]`, `ARRAY[('a'::character varying)::text]`.
 */
function settled(column: string): string {
  const lists = `regexp_replace(${column}, ${wholeList}, 'ARRAY[\\1]', 'g')`
  const all = `regexp_replace(${lists}, ${oneOfList}, '\\1', 'g')`
  return `case when ${column} like '%::character varying%' then ${all} else ${column} end`
}

function digestOf(entries: readonly (readonly [string, string])[]): string {
  const hash = createHash('sha256')
  const sorted = entries.map(([name, digest]) => `${name} ${digest}\n`).sort()
  for (const line of sorted) hash.update(line)
  return hash.digest('hex')
}
