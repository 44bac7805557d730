import { setTimeout as pause } from 'node:timers/promises'
import type { Execution } from '../../executors/executor.ts'
import { isAlive } from '../../runs/process-identity.ts'
import { lastAttempt, type Run } from '../../runs/run.ts'
import { isEnd } from '../../runs/statuses.ts'
import type { Context } from '../context.ts'
import { findExecution } from './find-execution.ts'
import { type FoundRun, readRun } from './find-run.ts'

const lookEveryMs = 300

/** What there is of a run's attempt, and the run as it was then. */
export interface FoundExecution {
  readonly run: Run
  readonly execution: Execution | 'gone' | 'unreachable'
}

/** The attempt of a run, once there is one: clones may be made for a long time before a rehearsal has its own. */
export async function awaitExecution(context: Context, { run, ledger }: FoundRun): Promise<FoundExecution> {
  for (let now = run; ; now = await readRun(ledger, run.id)) {
    const execution = await findExecution(context, now)
    if (execution !== 'unreachable' || !isBeingStarted(context, now)) return { run: now, execution }
    await pause(lookEveryMs)
  }
}

/** Whether somebody on this machine is about to start it. */
export function isBeingStarted({ host }: Pick<Context, 'host'>, run: Run): boolean {
  const attempt = lastAttempt(run)
  if (attempt === undefined || attempt.startedAt !== undefined || isEnd(run.status)) return false
  return attempt.host === host && isAlive(attempt.starter)
}
