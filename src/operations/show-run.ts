import type { Look } from '../executors/executor.ts'
import { lastAttempt, type RecordedEvent, type Run } from '../runs/run.ts'
import type { Context } from './context.ts'
import { findExecution } from './runs/find-execution.ts'
import { findRun } from './runs/find-run.ts'
import { settleRun } from './runs/settle-runs.ts'

/** A run with its events, and with what its attempt tells now. */
export interface ShownRun {
  readonly run: Run
  readonly look: Look
  readonly history: readonly RecordedEvent[]
  /** Whether the output that is kept is what the ledger vouches for; nothing while there is none to compare. */
  readonly outputIntact?: boolean
}

/** All that is known of a run, brought up to date first. */
export async function showRun(context: Context, typed: string): Promise<ShownRun> {
  const { run: found, ledger } = await findRun(context, typed)
  const run = await settleRun(context, ledger, found)
  const execution = run.attempts.length === 0 ? 'gone' : await findExecution(context, run)
  const look = typeof execution === 'object' ? await execution.look() : {}
  const recorded = lastAttempt(run)?.output?.digest
  const intact =
    typeof execution === 'string' || recorded === undefined
      ? {}
      : { outputIntact: (await execution.outputDigest()) === recorded }
  return { run, look, history: await ledger.history(run.id), ...intact }
}
