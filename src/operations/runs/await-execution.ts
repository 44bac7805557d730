import { setTimeout as pause } from 'node:timers/promises'
import type { Execution } from '../../executors/executor.ts'
import { isAlive } from '../../runs/process-identity.ts'
import { lastAttempt, type Run } from '../../runs/run.ts'
import { isEnd } from '../../runs/statuses.ts'
import type { Context } from '../context.ts'
import { findExecution } from './find-execution.ts'
import { type FoundRun, readRun } from './find-run.ts'

const lookEveryMs = 300

/** The attempt of a run, once there is one: clones may be made for a long time before a rehearsal has its own. */
export async function awaitExecution(
  context: Context,
  { run, ledger }: FoundRun,
): Promise<Execution | 'gone' | 'unreachable'> {
  for (let now = run; ; now = await readRun(ledger, run.id)) {
    const found = await findExecution(context, now)
    if (found !== 'unreachable' || !isBeingStarted(context, now)) return found
    await pause(lookEveryMs)
  }
}

/** Whether somebody on this machine is about to start it. */
export function isBeingStarted({ host }: Pick<Context, 'host'>, run: Run): boolean {
  const attempt = lastAttempt(run)
  if (attempt === undefined || attempt.startedAt !== undefined || isEnd(run.status)) return false
  return attempt.host === host && isAlive(attempt.starter)
}
