import type { Context } from '../context.ts'
import { type FoundRun, findRun } from '../runs/find-run.ts'

/** The run whose batch is meant: a worker's is that of the batch that it works on. */
export async function findBatchRun(context: Context, typed: string): Promise<FoundRun> {
  const found = await findRun(context, typed)
  const { kind, batch } = found.run.request
  return kind === 'worker' && batch?.id !== undefined ? findRun(context, batch.id) : found
}
