import { PurserError, reasonOf } from '../../core/errors.ts'
import type { DatabaseWiring, Dial } from '../../databases/database.ts'
import { claimant } from '../../environment/facts/lookup.ts'
import { isSame, lookUp } from '../../environment/parity/look.ts'
import type { Reference } from '../../environment/reference.ts'
import type { Fact, Facts } from '../../environment/release.ts'
import type { Observed } from '../../executors/executor.ts'
import type { Context, Target } from '../context.ts'
import { dereference } from '../releases/dereference.ts'

/** How long a database may take to tell all that it is asked, its connection included. */
const answerWithinMs = 15_000

/** Whose variables tell which databases are meant: the app's, whose values are known, and what may differ from them. */
interface Known {
  readonly app: Observed
  readonly variables: ReadonlyMap<string, string>
  readonly declared?: ReadonlyMap<string, string>
  /** Variables whose URL there leads to a wire, and over it to the database of the app's URL. */
  readonly wired?: ReadonlySet<string>
}

/**
 * What each database of the environment tells a connection that comes from this place, by the URL that it has there.
 * Items are the databases' names. What can't be asked is unseen; nothing is told of a database whose URL differs, where
 * that difference blocks by itself.
 */
export async function databaseFacts(
  { signal }: Pick<Context, 'signal'>,
  { settings: { databases = {} } }: Pick<Target, 'settings'>,
  place: Observed,
  { app, variables, declared = new Map(), wired = new Set() }: Known,
): Promise<Facts> {
  const all = await Promise.all(
    Object.entries(databases).map(async ([name, wiring]) => {
      const isWired = 'variable' in wiring.url && wired.has(wiring.url.variable)
      const url = isWired ? 'same' : urlIn(place, app, wiring.url, declared)
      if (url === 'other') return []
      const facts = url === 'same' ? await look(wiring, variables, place, signal) : unseen(url.unseen)
      return [...facts].map(([kind, fact]): [string, Fact] => [`${kind}:${name}`, fact])
    }),
  )
  return new Map(all.flat())
}

/** The databases of which this place's facts tell something. */
export function databasesIn(facts: Facts): ReadonlySet<string> {
  return new Set([...facts.keys()].map(databaseOf))
}

/** The name of the database that a fact is of. */
export function databaseOf(fact: string): string {
  return fact.slice(fact.indexOf(':') + 1)
}

/** In one connection, which is cut when the time is up, and when all is told. */
async function look(
  wiring: DatabaseWiring,
  variables: ReadonlyMap<string, string>,
  place: Observed,
  signal: AbortSignal,
): Promise<Facts> {
  const over = new AbortController()
  const late = AbortSignal.timeout(answerWithinMs)
  const limit = AbortSignal.any([signal, late, over.signal])
  const dial: Dial = (host, port) => place.dial(host, port, limit)
  try {
    const url = dereference(wiring.url, variables)
    return await Promise.race([wiring.observe(url, dial), rejection(limit)])
  } catch (error) {
    if (late.aborted) return unseen(`the database did not tell it within ${answerWithinMs / 1_000} s`)
    return unseen(error instanceof PurserError ? error.message : reasonOf(error))
  } finally {
    over.abort()
  }
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function unseen(why: string): Facts {
  return new Map(observedKinds.map((kind): [string, Fact] => [kind, { unseen: why }]))
}

/** The kinds whose facts a database tells. */
const observedKinds = [
  'database-endpoint',
  'database-role',
  'search-path',
  'database-limits',
  'database-server',
  'database-pooler',
  'database-session',
  'schema-version',
]

/** Whether a URL is in this place the one that the app has. */
function urlIn(
  place: Observed,
  app: Observed,
  url: Reference,
  declared: ReadonlyMap<string, string>,
): 'same' | 'other' | { readonly unseen: string } {
  if (!('variable' in url)) return 'same'
  const name = url.variable
  const [here, there] = [lookUp(place.facts, `variables:${name}`), lookUp(app.facts, `variables:${name}`)]
  const looks = [here, there].map(({ is }) => is)
  if (looks.includes('unseen')) return { unseen: `the variable ${name}, where its URL is, could not be seen` }
  if (looks.includes('missing'))
    return { unseen: `its URL is to be in the variable ${name}, which is not there` }
  if (isSame(here, there)) return 'same'
  return isExcused(name, place, declared) ? { unseen: `its URL is not the app's: ${name} differs` } : 'other'
}

/** Whether a variable's difference may not block, so that it does not tell of the database by itself. */
function isExcused(name: string, { own }: Observed, declared: ReadonlyMap<string, string>): boolean {
  const kind = claimant(name)
  const ids = [`variables:${name}`, 'variables', kind?.id ?? 'variable-different', 'variable-stale']
  return (
    ids.some((id) => declared.has(id) || own.has(id)) || (kind !== undefined && kind.severity !== 'block')
  )
}
