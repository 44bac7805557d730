import { PurserError } from '../core/errors.ts'
import type { Frame } from '../runs/frames.ts'
import { lastAttempt, type Run } from '../runs/run.ts'
import type { Context } from './context.ts'
import { followRun } from './follow-run.ts'
import { awaitExecution, isBeingStarted } from './runs/await-execution.ts'
import { findExecution } from './runs/find-execution.ts'
import { type FoundRun, findRun } from './runs/find-run.ts'
import { settleRun } from './runs/settle-runs.ts'

/** A run's output: what there is, or with `follow` until it ends. Throws `ATTEMPT_UNREACHABLE`. */
export async function readLog(
  context: Context,
  typed: string,
  { follow, signal }: { readonly follow: boolean; readonly signal: AbortSignal },
): Promise<FoundRun & { readonly frames: AsyncIterable<Frame> }> {
  const { run: found, ledger } = await findRun(context, typed)
  const asked = await settleRun(context, ledger, found)
  if (asked.attempts.length === 0) return { run: asked, ledger, frames: none() }
  const { run, execution } = follow
    ? await awaitExecution(context, { run: asked, ledger })
    : { run: asked, execution: await findExecution(context, asked) }
  if (execution === 'gone') {
    if (mayHaveWritten(run))
      context.warn(`The output of run ${run.id} is gone: it has been removed from where it was kept.`)
    return { run, ledger, frames: none() }
  }
  if (execution === 'unreachable') {
    if (!isBeingStarted(context, run)) throw unreachable(context, run)
    context.warn(`Run ${run.id} is still being started, and has printed nothing.`)
    return { run, ledger, frames: none() }
  }
  return {
    run,
    ledger,
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

function unreachable({ host: here }: Pick<Context, 'host'>, run: Run): PurserError {
  const host = lastAttempt(run)?.host ?? 'another machine'
  const [where, remedy] =
    host === here
      ? ["its attempt is another user's", 'Ask as the user who started it, or as root.']
      : [`it is on ${host}`, 'Ask on that machine.']
  return new PurserError('ATTEMPT_UNREACHABLE', {
    message: `The output of run ${run.id} can't be reached from here: ${where}.`,
    remedy,
  })
}
