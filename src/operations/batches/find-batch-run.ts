import type { Context } from '../context.ts'
import { batchOf, type FoundRun, findRun } from '../runs/find-run.ts'

/** The run whose batch is meant: a worker's is that of the batch that it works on. */
export async function findBatchRun(context: Context, typed: string): Promise<FoundRun> {
  return batchOf(context, await findRun(context, typed))
}
