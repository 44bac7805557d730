import type { EnvironmentConfiguration } from '../config/configuration.ts'
import { PurserError, reasonOf } from '../core/errors.ts'
import { count } from '../core/text.ts'
import type { DatabaseWiring, Dial } from '../databases/database.ts'
import type { Reference } from '../environment/reference.ts'
import type { Manifest } from '../tasks/manifest.ts'
import type { Context } from './context.ts'
import { declaredDifferences } from './parity/declared.ts'
import { dereference } from './releases/dereference.ts'
import { dialFrom } from './releases/open-database.ts'
import { readManifest } from './releases/read-manifest.ts'
import { openLedger } from './runs/ledgers.ts'

/** One thing that was tried. */
export interface Checked {
  /** `environments.production.databases.main` */
  readonly path: string
  /** What was found, or what is wrong. */
  readonly message: string
  readonly ok: boolean
  readonly remedy?: string
}

/** Connects to everything that the configuration names, and goes on when something fails. */
export async function* checkEverything(context: Context): AsyncIterable<Checked> {
  for (const [name, settings] of Object.entries(context.config.configuration.environments)) {
    const at = `environments.${name}`
    if (settings.parity?.differs !== undefined) {
      yield await attempt(`${at}.parity.differs`, async () => {
        const { size } = declaredDifferences(settings)
        return `${count(size, 'difference')} of runs from the app ${size === 1 ? 'is' : 'are'} meant`
      })
    }
    yield await attempt(`${at}.ledger`, async () => (await openLedger(context, settings)).location)
    let variables: ReadonlyMap<string, string> = new Map()
    let dial: Dial | undefined
    for (const [service, { executor }] of Object.entries(settings.services)) {
      const path = `${at}.services.${service}`
      let manifest: Manifest = { tasks: [], broken: [] }
      yield await attempt(path, async () => {
        const opened = await executor.open(context.config)
        const release = await opened.release(context.signal)
        variables = new Map([...variables, ...(await opened.variables(release))])
        dial ??= await dialFrom(context, opened, release)
        const places = release.instances.map(({ id }) => id).join(', ')
        const serves = `${places} ${release.instances.length === 1 ? 'serves' : 'serve'} ${release.digest.slice(0, 19)}…`
        const found = await findTasks(() => readManifest(context, { executor: opened, settings }, release))
        if (found === undefined)
          return `${serves}, with commands only: it has no package "purser" and so no tasks`
        manifest = found
        return `${serves}, with ${count(manifest.tasks.length, 'task')}`
      })
      yield* checkTasks(`${path}.tasks`, manifest, settings)
    }
    yield* checkDatabases(at, settings, variables, dial)
  }
}

/** Nothing where the release has no release side: commands can be run in it. */
async function findTasks(read: () => Promise<Manifest>): Promise<Manifest | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof PurserError && error.code === 'RELEASE_SIDE_MISSING') return undefined
    throw error
  }
}

function* checkTasks(
  path: string,
  { tasks, broken }: Manifest,
  { databases = {} }: EnvironmentConfiguration,
): Iterable<Checked> {
  for (const { file, why } of broken) yield { path, message: `${file} is broken. ${why}`, ok: false }
  for (const { name, database } of tasks) {
    if (database === undefined || Object.hasOwn(databases, database)) continue
    const message = `"${name}" changes the database "${database}", which this environment does not have.`
    yield { path, message, ok: false }
  }
}

async function* checkDatabases(
  at: string,
  { databases = {} }: EnvironmentConfiguration,
  variables: ReadonlyMap<string, string>,
  dial: Dial | undefined,
): AsyncIterable<Checked> {
  for (const [key, wiring] of Object.entries(databases)) {
    const path = `${at}.databases.${key}`
    yield await attempt(path, () => introduce(wiring, wiring.url, variables, dial))
    const { server } = wiring.clones ?? {}
    // from this machine, as clones are made
    if (server !== undefined)
      yield await attempt(`${path}.clones.server`, () => introduce(wiring, server, variables))
  }
}

async function introduce(
  wiring: DatabaseWiring,
  url: Reference,
  variables: ReadonlyMap<string, string>,
  dial?: Dial,
): Promise<string> {
  await using database = await wiring.open(dereference(url, variables), dial)
  const { product, version, database: name, user, server } = await database.identity()
  return `${product} ${version}: database ${name} as ${user}${server === '' ? '' : ` at ${server}`}`
}

async function attempt(path: string, look: () => Promise<string>): Promise<Checked> {
  try {
    return { path, message: await look(), ok: true }
  } catch (error) {
    const remedy = error instanceof PurserError ? { remedy: error.remedy } : {}
    return { path, message: reasonOf(error), ok: false, ...remedy }
  }
}
