import path from 'node:path'
import { PurserError } from '../../core/errors.ts'
import type { Cloner } from '../../databases/clone.ts'
import type { Context, Target } from '../context.ts'
import { dereference } from '../releases/dereference.ts'
import { dialFrom } from '../releases/open-database.ts'

/** Where dumps lie while they are restored, and what is kept of clones that a command has made. */
export function cloneFolder({ config }: Pick<Context, 'config'>): string {
  return path.join(config.state, 'clones')
}

/**
 * Opens the cloner of one of an environment's databases to make clones, by the URL that the serving release has. Throws
 * `CLONE_NOT_CONFIGURED`, `DATABASE_URL_UNKNOWN`.
 */
export async function openCloner(context: Context, target: Target, database: string): Promise<Cloner> {
  const { executor, settings, environment } = target
  const wiring = settings.databases?.[database]
  if (wiring?.clones === undefined) throw notConfigured(environment)
  const release = await executor.release(context.signal)
  const variables = await executor.variables(release)
  const dial = await dialFrom(context, executor, release, 'lasting')
  const { server, replica } = wiring.clones
  return wiring.clones.open({
    ...{ environment, database, folder: cloneFolder(context) },
    ...(server === undefined ? {} : { server: dereference(server, variables) }),
    ...(replica === undefined ? {} : { replica: dereference(replica, variables) }),
    production: { url: dereference(wiring.url, variables), ...(dial === undefined ? {} : { dial }) },
  })
}

export function notConfigured(environment: string): PurserError {
  return new PurserError('CLONE_NOT_CONFIGURED', {
    message: `Environment "${environment}" does not say how its databases are cloned.`,
    remedy: `Say so in the configuration, under environments.${environment}.databases: postgres({ url, clones: { server } }).`,
  })
}
