import { isEnd } from '../runs/statuses.ts'
import { findBatch } from './batches/find-batch.ts'
import type { Context } from './context.ts'
import { declaredDifferences } from './parity/declared.ts'
import { resolveEnvironment } from './releases/resolve-target.ts'
import type { FoundRun } from './runs/find-run.ts'
import { settleRun } from './runs/settle-runs.ts'
import type { Wish } from './start-run/wish.ts'

/** What is to be done so that the rows are: nothing where a run does them anyway. */
export interface Replay {
  readonly rows: number
  /** The run that is to be started: the batch's own has ended. */
  readonly wish?: Wish
}

/**
 * Puts the buried rows of a batch back to be done again, each once however often it is asked. A run that is not over
 * does them; for one that is, another run goes on with its batch, with all else that was left undone.
 */
export async function replayRun(
  context: Context,
  { run, ledger }: FoundRun,
  { reason, differs }: Pick<Wish, 'reason' | 'differs'>,
): Promise<Replay> {
  const current = await settleRun(context, ledger, run)
  const { settings } = resolveEnvironment(context, current.request.environment)
  declaredDifferences(settings, undefined, differs) // before anything is put back
  await using batch = await findBatch(context, current)
  const rows = await batch.database.batches.replay(batch.id)
  if (!isEnd(current.status)) return { rows }
  const tally = await batch.database.batches.tally(batch.id)
  const isOver = tally === undefined || (tally.isPlanned && tally.waiting + tally.claimed === 0)
  if (isOver || tally.state === 'cancelled') return { rows }
  const { environment, service, task, parameters } = current.request
  const what = { task, words: {}, parameters, batch: { id: batch.id } }
  return {
    rows,
    wish: { environment, service, what, reason, differs, timeoutMs: undefined, candidate: undefined },
  }
}
