import { PurserError } from '../core/errors.ts'
import type { Frame } from '../runs/frames.ts'
import type { Run } from '../runs/run.ts'
import type { Context } from './context.ts'
import { followRun } from './follow-run.ts'
import { findExecution } from './runs/find-execution.ts'
import { findRun } from './runs/find-run.ts'
import { settleRun } from './runs/settle-runs.ts'

/** A run's output: what there is, or with `follow` until it ends. Throws `ATTEMPT_UNREACHABLE`. */
export async function readLog(
  context: Context,
  typed: string,
  { follow, signal }: { readonly follow: boolean; readonly signal: AbortSignal },
): Promise<{ readonly run: Run; readonly frames: AsyncIterable<Frame> }> {
  const { run: found, ledger } = await findRun(context, typed)
  const run = await settleRun(context, ledger, found)
  if (run.attempts.length === 0) return { run, frames: none() }
  const execution = await findExecution(context, run)
  if (execution === 'gone') {
    if (mayHaveWritten(run))
      context.warn(`The output of run ${run.id} is gone: it has been removed from where it was kept.`)
    return { run, frames: none() }
  }
  if (execution === 'unreachable') throw unreachable(run)
  return {
    run,
    frames: follow
      ? followRun(context, { run, ledger }, execution, signal)
      : execution.frames({ follow, signal }),
  }
}

/** Of what was refused, or had nothing to do, nothing of the task ran. */
function mayHaveWritten({ refusals, outcome }: Run): boolean {
  return refusals.length === 0 && outcome?.end !== 'needless'
}

async function* none(): AsyncIterable<Frame> {}

function unreachable({ id, attempts }: Run): PurserError {
  return new PurserError('ATTEMPT_UNREACHABLE', {
    message: `The output of run ${id} can't be reached from here: it is on ${attempts.at(-1)?.host ?? 'another machine'}.`,
    remedy: 'Ask on that machine.',
  })
}
