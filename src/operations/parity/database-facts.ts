import { PurserError, reasonOf } from '../../core/errors.ts'
import type { DatabaseWiring, Dial } from '../../databases/database.ts'
import type { Fact, Facts } from '../../environment/release.ts'
import type { Observed } from '../../executors/executor.ts'
import type { Context, Target } from '../context.ts'
import { dereference } from '../releases/dereference.ts'

/**
 * What each database of the environment tells a connection that comes from this place, by the URL that it has there.
 * Items are the databases' names. `app` is the app's own place, whose variables are known.
 */
export async function databaseFacts(
  { signal }: Pick<Context, 'signal'>,
  { settings }: Pick<Target, 'settings'>,
  place: Observed,
  { app, variables }: { readonly app: Observed; readonly variables: ReadonlyMap<string, string> },
): Promise<Facts> {
  const all = await Promise.all(
    comparableDatabases(settings, place, app).map(async ([name, wiring]) => {
      const facts = await observe(
        wiring,
        () => dereference(wiring.url, variables),
        (host, port) => place.dial(host, port, signal),
      )
      return [...facts].map(([kind, fact]): [string, Fact] => [`${kind}:${name}`, fact])
    }),
  )
  return new Map(all.flat())
}

/**
 * The databases whose URL is the same in both places. Where its variable differs, that is told as such, and what would be
 * reached is not known.
 */
export function comparableDatabases(
  { databases = {} }: Target['settings'],
  place: Observed,
  app: Observed,
): (readonly [name: string, wiring: DatabaseWiring])[] {
  return Object.entries(databases).filter(
    ([, { url }]) => !('variable' in url) || isSameVariable(url.variable, place, app),
  )
}

async function observe(wiring: DatabaseWiring, url: () => string, dial: Dial): Promise<Facts> {
  try {
    return await wiring.observe(url(), dial)
  } catch (error) {
    const why = error instanceof PurserError ? error.message : reasonOf(error)
    return new Map(observedKinds.map((kind): [string, Fact] => [kind, { unseen: why }]))
  }
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

function isSameVariable(name: string, place: Observed, app: Observed): boolean {
  const [here, there] = [place, app].map(({ facts }) => facts.get(`variables:${name}`))
  return (
    here !== undefined &&
    there !== undefined &&
    'value' in here &&
    'value' in there &&
    here.value === there.value
  )
}
