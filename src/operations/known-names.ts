import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Manifest } from '../tasks/manifest.ts'
import type { Context } from './context.ts'
import { allLedgers } from './ledgers.ts'

const newest = 30

/** Ids of the newest runs, for whoever types one. */
export async function knownRuns(context: Context, prefix: string): Promise<readonly string[]> {
  const found = await Promise.all(
    (await allLedgers(context)).map((ledger) => ledger.find({ prefix, limit: newest })),
  )
  return ['last', ...found.flat()]
}

/** Names of tasks in the manifests that were read lately; the releases themselves are not asked. */
export function knownTasks({ config }: Pick<Context, 'config'>): readonly string[] {
  const folder = path.join(config.state, 'cache')
  try {
    const files = readdirSync(folder).filter((name) => name.startsWith('manifest-') && name.endsWith('.json'))
    const manifests = files.map((file): Manifest => JSON.parse(readFileSync(path.join(folder, file), 'utf8')))
    return [...new Set(manifests.flatMap(({ tasks }) => tasks.map(({ name }) => name)))].sort()
  } catch {
    return [] // nothing was read yet
  }
}
