import type { Look } from '../executors/executor.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { RunEvent } from '../runs/events.ts'
import { lastAttempt, type Run } from '../runs/run.ts'
import { isEnd, mayMove } from '../runs/statuses.ts'
import { advanceRun } from './advance-run.ts'
import type { Context } from './context.ts'
import { findExecution } from './find-execution.ts'
import { allLedgers, readRun } from './ledgers.ts'

/** Brings the ledger up to date with attempts that nobody watches: any `purser` command does this first. */
export async function settleRuns(context: Context): Promise<void> {
  for (const ledger of await allLedgers(context)) {
    for (const id of await ledger.find({ open: true }))
      await settleRun(context, ledger, await readRun(ledger, id))
  }
}

/** Folds what an attempt's own record says into the ledger. Returns the run as it then is. */
export async function settleRun(context: Context, ledger: Ledger, run: Run): Promise<Run> {
  if (isEnd(run.status)) return run
  const found = await findExecution(context, run)
  if (found === 'unreachable') return run
  if (found === 'gone') return advanceRun(context, ledger, run.id, lostBeforeItStarted(context))
  return foldLook(context, ledger, run.id, await found.look())
}

export async function foldLook(context: Context, ledger: Ledger, id: string, look: Look): Promise<Run> {
  const run = await advanceRun(context, ledger, id, (now) => runningEvent(now, look))
  if (look.ended === undefined) return run
  return advanceRun(context, ledger, id, (now) => endedEvent(now, look))
}

function runningEvent(run: Run, { started }: Look): RunEvent | undefined {
  const attempt = lastAttempt(run)
  if (started === undefined || attempt === undefined || run.status !== 'starting') return undefined
  const { pid, containment, at } = started
  return { kind: 'running', attempt: attempt.id, pid, containment, startedAt: at }
}

function endedEvent(run: Run, { ended }: Look): RunEvent | undefined {
  const attempt = lastAttempt(run)
  if (ended === undefined || attempt === undefined || isEnd(run.status)) return undefined
  const { outcome, output, at } = ended
  return { kind: 'ended', attempt: attempt.id, outcome, output, endedAt: at }
}

function lostBeforeItStarted({ now }: Context): (run: Run) => RunEvent | undefined {
  return (run) =>
    mayMove(run.status, 'lost')
      ? {
          kind: 'ended',
          outcome: { end: 'lost', why: 'the purser that was starting it died; nothing of the task ran' },
          endedAt: now(),
        }
      : undefined
}
