import type { TaskKind } from '../tasks/task.ts'
import type { Context } from './context.ts'
import { cachedManifests } from './releases/manifest-cache.ts'
import { allLedgers } from './runs/ledgers.ts'

const newest = 30

/** Ids of the newest runs, for whoever types one. */
export async function knownRuns(context: Context, prefix: string): Promise<readonly string[]> {
  const found = await Promise.all(
    (await allLedgers(context)).map((ledger) => ledger.find({ prefix, limit: newest })),
  )
  return ['last', ...found.flat()]
}

/** Names of tasks, of one kind or of all, in the manifests that were read lately; the releases themselves are not asked. */
export function knownTasks({ config }: Pick<Context, 'config'>, kind?: TaskKind): readonly string[] {
  try {
    const tasks = cachedManifests(config).flatMap((manifest) => manifest.tasks)
    const wanted = tasks.filter((task) => kind === undefined || task.kind === kind)
    return [...new Set(wanted.map(({ name }) => name))].sort()
  } catch {
    return [] // nothing was read yet
  }
}
