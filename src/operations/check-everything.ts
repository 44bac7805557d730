import type { EnvironmentConfiguration } from '../config/configuration.ts'
import { PurserError, reasonOf } from '../core/errors.ts'
import { count } from '../core/text.ts'
import type { Manifest } from '../tasks/manifest.ts'
import type { Context } from './context.ts'
import { dereference } from './releases/dereference.ts'
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
    yield await attempt(`${at}.ledger`, async () => (await openLedger(context, settings)).location)
    let variables: ReadonlyMap<string, string> = new Map()
    for (const [service, { executor }] of Object.entries(settings.services)) {
      const path = `${at}.services.${service}`
      let manifest: Manifest = { tasks: [], broken: [] }
      yield await attempt(path, async () => {
        const opened = await executor.open(context.config)
        const release = await opened.release(context.signal)
        variables = new Map([...variables, ...(await opened.variables(release))])
        manifest = await readManifest(context, { executor: opened, settings }, release)
        const places = release.instances.map(({ id }) => id).join(', ')
        return `${places} serves ${release.digest.slice(0, 19)}…, with ${count(manifest.tasks.length, 'task')}`
      })
      yield* checkTasks(`${path}.tasks`, manifest, settings)
    }
    yield* checkDatabases(at, settings, variables)
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
): AsyncIterable<Checked> {
  for (const [key, wiring] of Object.entries(databases)) {
    yield await attempt(`${at}.databases.${key}`, async () => {
      await using database = await wiring.open(dereference(wiring.url, variables))
      const { product, version, database: name, user, server } = await database.identity()
      return `${product} ${version}: database ${name} as ${user}${server === '' ? '' : ` at ${server}`}`
    })
  }
}

async function attempt(path: string, look: () => Promise<string>): Promise<Checked> {
  try {
    return { path, message: await look(), ok: true }
  } catch (error) {
    const remedy = error instanceof PurserError ? { remedy: error.remedy } : {}
    return { path, message: reasonOf(error), ok: false, ...remedy }
  }
}
