import { setTimeout as sleep } from 'node:timers/promises'
import { PurserError } from '../core/errors.ts'
import type { Run } from '../runs/run.ts'
import { isEnd, mayMove } from '../runs/statuses.ts'
import { findBatch } from './batches/find-batch.ts'
import type { Context } from './context.ts'
import { redactReason } from './releases/redact-reason.ts'
import { advanceOrTell } from './runs/advance-run.ts'
import { type FoundRun, readRun } from './runs/find-run.ts'
import { settleRun } from './runs/settle-runs.ts'

const lookEveryMs = 100
const patienceMs = 30_000

/**
 * Lets a batch rest: no new slice starts from now on, wherever its workers are, and its lead ends when those at work
 * have. Returns the run as it then is: `pausing` where a slice takes longer. Throws `NOT_A_BATCH`, `RUN_ENDED`.
 */
export async function pauseRun(context: Context, { run, ledger }: FoundRun, reason?: string): Promise<Run> {
  const current = await settleRun(context, ledger, run)
  if (isEnd(current.status)) throw ended(current)
  const why = reason === undefined ? undefined : await redactReason(context, current, reason)
  await using batch = await findBatch(context, current)
  await batch.database.batches.move(batch.id, 'paused')
  await advanceOrTell(context, ledger, current, (now) =>
    mayMove(now.status, 'pausing')
      ? { kind: 'pausing', actor: context.actor, ...(why === undefined ? {} : { reason: why }) }
      : undefined,
  )
  const deadline = performance.now() + patienceMs
  for (;;) {
    const settled = await settleRun(context, ledger, await readRun(ledger, run.id))
    if (settled.status === 'paused' || isEnd(settled.status) || performance.now() > deadline) return settled
    await sleep(lookEveryMs)
    // a lead that was just beginning knew nothing of it yet; one that was resumed since is to go on
    if (settled.attempts.length > current.attempts.length) return settled
    await batch.database.batches.move(batch.id, 'paused')
  }
}

function ended({ id, status }: Run): PurserError {
  return new PurserError('RUN_ENDED', {
    message: `Run ${id} has ended: ${status}.`,
    remedy: `There is nothing to pause. \`purser show ${id}\` tells how it ended.`,
  })
}
