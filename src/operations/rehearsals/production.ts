import { PurserError } from '../../core/errors.ts'
import type { DatabaseWiring, Dial } from '../../databases/database.ts'
import type { Inspector } from '../../databases/inspector.ts'
import type { Release } from '../../environment/release.ts'
import type { TaskEntry } from '../../tasks/task.ts'
import type { Context, Target } from '../context.ts'
import { dereference } from '../releases/dereference.ts'
import { dialFrom } from '../releases/open-database.ts'

/** The database that a migration changes, as the app reaches it. */
export interface Production {
  /** The migration that changes it. */
  readonly task: TaskEntry
  /** Its name in the configuration. */
  readonly name: string
  readonly wiring: DatabaseWiring
  /** The variable that holds its URL. */
  readonly variable: string
  /** With a password: for memory only. */
  readonly url: string
  readonly dial: Dial | undefined
  /** The app's own variables, for memory only. */
  readonly variables: ReadonlyMap<string, string>
}

/** Finds the database of a migration. Throws `TASK_NO_MIGRATION`, `CONFIG_INVALID`, `WIRE_NO_VARIABLE`. */
export async function productionOf(
  context: Context,
  target: Target,
  release: Release,
  task: TaskEntry | undefined,
): Promise<Production> {
  if (task?.kind !== 'migration' || task.database === undefined) throw noMigration(task?.name)
  const wiring = target.settings.databases?.[task.database]
  if (wiring === undefined) throw noDatabase(task.name, task.database, target.environment)
  if (!('variable' in wiring.url)) throw noVariable(task.database, wiring.url.file)
  const variables = await target.executor.variables(release)
  const dial = await dialFrom(context, target.executor, release, 'lasting')
  const { variable } = wiring.url
  const url = dereference(wiring.url, variables)
  return { task, name: task.database, wiring, variable, url, dial, variables }
}

/** Looks into production, as the app's role. Throws `DATABASE_UNREACHABLE`. */
export function inspectProduction({ wiring, url, dial }: Production): Promise<Inspector> {
  return wiring.inspect(url, dial)
}

function noMigration(task: string | undefined): PurserError {
  return new PurserError('TASK_NO_MIGRATION', {
    message:
      task === undefined
        ? 'A command of no task is no migration, so that there is nothing to rehearse.'
        : `Task "${task}" is no migration, so that there is nothing to rehearse.`,
    remedy: 'Rehearsals are of tasks that `defineMigration` makes; `purser tasks` shows which they are.',
  })
}

function noDatabase(task: string, database: string, environment: string): PurserError {
  return new PurserError('CONFIG_INVALID', {
    message: `Task "${task}" changes the database "${database}", which environment "${environment}" does not have.`,
    remedy: `Add it to the configuration, under environments.${environment}.databases.`,
  })
}

function noVariable(database: string, file: string): PurserError {
  return new PurserError('WIRE_NO_VARIABLE', {
    message: `The URL of database "${database}" is in the file ${file}, where no other can be put in its place for one task.`,
    remedy: 'Give the migration tool its URL in a variable of the app: `postgres({ url: { variable: … } })`.',
  })
}
