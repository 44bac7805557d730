import type { BuriedRow } from '../databases/slice-ledger.ts'
import { findBatch } from './batches/find-batch.ts'
import { findBatchRun } from './batches/find-batch-run.ts'
import type { Context } from './context.ts'

/** The rows that a batch set aside, the oldest first. Throws `NOT_A_BATCH`, `DATABASE_UNREACHABLE`. */
export async function listBuried(
  context: Context,
  typed: string,
  limit: number,
): Promise<{ readonly run: string; readonly rows: readonly BuriedRow[] }> {
  const { run } = await findBatchRun(context, typed)
  await using batch = await findBatch(context, run)
  const rows = await batch.database.batches.buried(batch.id, limit)
  // what the twin could not know to be secret, the configuration may
  return { run: run.id, rows: rows.map((row) => ({ ...row, error: batch.redact(row.error) })) }
}
