import { PurserError } from '../../core/errors.ts'
import type { Database, Dial } from '../../databases/database.ts'
import type { Release } from '../../environment/release.ts'
import type { Executor } from '../../executors/executor.ts'
import type { Context, Target } from '../context.ts'
import { dereference } from './dereference.ts'

/** Connects to one of the environment's databases as the app does. Throws `BATCH_NO_DATABASE`, `DATABASE_UNREACHABLE`. */
export async function openDatabase(
  context: Context,
  target: Target,
  name: string,
): Promise<{ readonly database: Database; readonly variables: ReadonlyMap<string, string> }> {
  const { executor, settings, environment } = target
  const wiring = settings.databases?.[name]
  if (wiring === undefined) {
    throw new PurserError('BATCH_NO_DATABASE', {
      message: `Environment "${environment}" has no database "${name}" any more.`,
      remedy: `Add it to the configuration again, under environments.${environment}.databases.`,
    })
  }
  const release = await executor.release(context.signal)
  const variables = await executor.variables(release)
  const url = dereference(wiring.url, variables)
  return { database: await wiring.open(url, await dialFrom(context, executor, release)), variables }
}

/**
 * The way from the app's own place to its databases, whose names may be known nowhere else; for a look, or for connections
 * that last.
 */
export async function dialFrom(
  { signal }: Pick<Context, 'signal'>,
  executor: Executor,
  release: Release,
  lasting?: 'lasting',
): Promise<Dial | undefined> {
  if (!executor.observes) return undefined
  const [model] = await executor.observe(release, signal)
  return model && ((host, port) => model.dial(host, port, signal, lasting))
}
