import type { Look } from '../executors/executor.ts'
import type { RecordedEvent, Run } from '../runs/run.ts'
import type { Context } from './context.ts'
import { findExecution } from './find-execution.ts'
import { findRun } from './ledgers.ts'
import { settleRun } from './settle-runs.ts'

export interface ShownRun {
  readonly run: Run
  readonly look: Look
  readonly history: readonly RecordedEvent[]
}

/** All that is known of a run, brought up to date first. */
export async function showRun(context: Context, typed: string): Promise<ShownRun> {
  const { run: found, ledger } = await findRun(context, typed)
  const run = await settleRun(context, ledger, found)
  const execution = run.attempts.length === 0 ? 'gone' : await findExecution(context, run)
  const look = typeof execution === 'object' ? await execution.look() : {}
  return { run, look, history: await ledger.history(run.id) }
}
