import type { BuriedRow } from '../databases/slice-ledger.ts'
import { findBatch } from './batches/find-batch.ts'
import type { Context } from './context.ts'
import { findRun } from './runs/find-run.ts'

/** The rows that a batch set aside, the oldest first. Throws `NOT_A_BATCH`, `DATABASE_UNREACHABLE`. */
export async function listBuried(
  context: Context,
  typed: string,
  limit: number,
): Promise<{ readonly run: string; readonly rows: readonly BuriedRow[] }> {
  const { run } = await findRun(context, typed)
  await using batch = await findBatch(context, run)
  return { run: run.id, rows: await batch.database.batches.buried(batch.id, limit) }
}
