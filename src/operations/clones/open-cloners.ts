import type { Cloner, CloneWiring } from '../../databases/clone.ts'
import type { Context } from '../context.ts'
import { dereference } from '../releases/dereference.ts'
import { type ResolvedEnvironment, resolveEnvironment } from '../releases/resolve-target.ts'
import { cloneFolder, notConfigured } from './open-cloner.ts'

/** The cloners of all databases of an environment that can be cloned, by the databases' names. */
export interface OpenedCloners {
  readonly environment: string
  readonly cloners: ReadonlyMap<string, Cloner>
}

/**
 * Opens them to list and to drop; production is not asked for anything. Throws `ENVIRONMENT_MISSING`,
 * `ENVIRONMENT_UNKNOWN`, `CLONE_NOT_CONFIGURED`, `DATABASE_URL_UNKNOWN`.
 */
export async function openCloners(context: Context, name: string | undefined): Promise<OpenedCloners> {
  const resolved = resolveEnvironment(context, name)
  const { environment, settings } = resolved
  const wirings = Object.entries(settings.databases ?? {}).flatMap(([database, { clones }]) =>
    clones === undefined ? [] : [[database, clones] as const],
  )
  if (wirings.length === 0) throw notConfigured(environment)
  const variables = await neededVariables(context, resolved, wirings)
  const cloners = new Map<string, Cloner>()
  for (const [database, wiring] of wirings) {
    const { server } = wiring
    const where = server === undefined ? {} : { server: dereference(server, variables) }
    const cloner = await wiring.open({ ...where, environment, database, folder: cloneFolder(context) })
    cloners.set(database, cloner)
  }
  return { environment, cloners }
}

/** Those of the app, which must run only where a URL is one of them. */
async function neededVariables(
  context: Context,
  { settings }: ResolvedEnvironment,
  wirings: readonly (readonly [string, CloneWiring])[],
): Promise<ReadonlyMap<string, string>> {
  const isNeeded = wirings.some(([, { server }]) => server !== undefined && 'variable' in server)
  const variables = new Map<string, string>()
  if (!isNeeded) return variables
  for (const { executor } of Object.values(settings.services)) {
    const opened = await executor.open(context.config)
    const found = await opened.variables(await opened.release(context.signal))
    for (const [name, value] of found) variables.set(name, value)
  }
  return variables
}
