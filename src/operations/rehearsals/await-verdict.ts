import { setTimeout as pause } from 'node:timers/promises'
import { isAlive } from '../../runs/process-identity.ts'
import type { Run } from '../../runs/run.ts'
import type { Context } from '../context.ts'
import { type FoundRun, readRun } from '../runs/find-run.ts'

const lookEveryMs = 300

/**
 * Waits for the verdict of a rehearsal, which comes long after the end of its first attempt. Returns the run as it then is:
 * without a verdict where whoever played it is gone.
 */
export async function awaitVerdict({ host }: Pick<Context, 'host'>, { run, ledger }: FoundRun): Promise<Run> {
  const { origin } = run.request
  for (;;) {
    // asked before the ledger is read: the last that it did is to write there
    const isPlaying = origin.host === host && isAlive(origin.starter)
    const now = await readRun(ledger, run.id)
    if (!isPlaying || isOver(now)) return now
    await pause(lookEveryMs)
  }
}

function isOver({ rehearsal, refusals, outcome }: Run): boolean {
  return rehearsal !== undefined || refusals.length > 0 || outcome?.end === 'needless'
}
