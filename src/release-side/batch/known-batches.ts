import { listTaskFiles, loadTask } from '../../tasks/discovery.ts'
import { brand } from '../../tasks/task.ts'
import { definitionDigest } from './definition-digest.ts'

/** Where a batch's task is in this release, and which version of it. */
export interface KnownBatch {
  readonly file: string
  readonly definition: string
}

/** The batches that this release has, by their tasks' names. */
export async function findBatches(folders: readonly string[]): Promise<ReadonlyMap<string, KnownBatch>> {
  const found = new Map<string, KnownBatch>()
  for (const file of await listTaskFiles(process.cwd(), folders)) {
    const task = await loadTask(process.cwd(), file).catch(() => undefined) // `purser check` names what is broken
    if (task?.[brand] === 'batch') found.set(task.name, { file, definition: await definitionDigest(file) })
  }
  return found
}
