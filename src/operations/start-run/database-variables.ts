import { PurserError } from '../../core/errors.ts'
import type { TaskEntry } from '../../tasks/task.ts'
import type { Target } from '../context.ts'

/** Variables that hold the URLs of the environment's databases. */
export function databaseVariables({ settings }: Target): string[] {
  return Object.values(settings.databases ?? {}).flatMap(({ url }) =>
    'variable' in url ? [url.variable] : [],
  )
}

/** The variable with the URL of the database that a task changes, if it is in one. Throws `CONFIG_INVALID`. */
export function databaseVariable(
  { database, name }: TaskEntry,
  { settings, environment }: Target,
): { readonly databaseVariable?: string } {
  if (database === undefined) return {}
  const wiring = settings.databases?.[database]
  if (wiring === undefined) {
    throw new PurserError('CONFIG_INVALID', {
      message: `Task "${name}" changes the database "${database}", which environment "${environment}" does not have.`,
      remedy: `Add it to the configuration, under environments.${environment}.databases.`,
    })
  }
  return 'variable' in wiring.url ? { databaseVariable: wiring.url.variable } : {}
}
