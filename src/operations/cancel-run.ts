import { setTimeout as pause } from 'node:timers/promises'
import { PurserError, reasonOf } from '../core/errors.ts'
import type { Execution } from '../executors/executor.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { RunEvent } from '../runs/events.ts'
import { lastAttempt, type Run } from '../runs/run.ts'
import { isEnd, mayMove } from '../runs/statuses.ts'
import { findBatch } from './batches/find-batch.ts'
import type { Context } from './context.ts'
import { redactReason } from './releases/redact-reason.ts'
import { advanceOrTell } from './runs/advance-run.ts'
import { findExecution } from './runs/find-execution.ts'
import { type FoundRun, readRun } from './runs/find-run.ts'
import { settleRun } from './runs/settle-runs.ts'

const appearsWithinMs = 10_000

/** Stops a run's attempt and waits until it is known to have ended. Throws `RUN_ENDED`, `ATTEMPT_UNREACHABLE`. */
export async function cancelRun(
  context: Context,
  { run, ledger }: FoundRun,
  reason: string | undefined,
): Promise<Run> {
  const current = await settleRun(context, ledger, run)
  if (isEnd(current.status)) {
    if (current.status === 'cancelled') await cancelBatch(context, current) // where it could not be reached before
    throw alreadyEnded(current)
  }
  const why = reason === undefined ? undefined : await redactReason(context, current, reason)
  await cancelBatch(context, current)
  const asked = await advanceOrTell(context, ledger, current, (now) => cancelEvent(now, context, why))
  if (isEnd(asked.status)) return asked // it had not started
  const execution = await awaitExecution(context, ledger, asked)
  if (typeof execution === 'object') await execution.stop()
  return settleRun(context, ledger, await readRun(ledger, run.id))
}

/**
 * First where its workers look: they may be on other hosts. A dry run, or one that never began, has no batch there. What
 * is here is stopped all the same where that is out of reach.
 */
async function cancelBatch(context: Context, run: Run): Promise<void> {
  if (run.request.kind !== 'batch' || run.status === 'queued') return
  try {
    await using batch = await findBatch(context, run)
    await batch.database.batches.move(batch.id, 'cancelled')
  } catch (error) {
    context.warn(
      `The batch of run ${run.id} could not be marked as cancelled in its database: ${reasonOf(error)} Workers elsewhere do what is planned already; cancel it again when the database can be reached.`,
    )
  }
}

function cancelEvent(run: Run, { actor, now }: Context, reason: string | undefined): RunEvent | undefined {
  if (run.status === 'queued' || run.status === 'paused') {
    const signal = run.status === 'queued' ? 'none: nothing had started' : 'none: it rested'
    return { kind: 'ended', outcome: { end: 'stopped', signal }, endedAt: now() }
  }
  if (!mayMove(run.status, 'cancelling')) return undefined // ended, or somebody else is cancelling it
  return { kind: 'cancelling', actor, ...(reason === undefined ? {} : { reason }) }
}

/** An attempt that is just being started appears in a moment. */
async function awaitExecution(context: Context, ledger: Ledger, run: Run): Promise<Execution | 'gone'> {
  const deadline = performance.now() + appearsWithinMs
  for (;;) {
    const found = await findExecution(context, run)
    if (found !== 'unreachable') return found
    if (performance.now() > deadline) throw unreachable(run, context.host)
    await pause(50)
    if (isEnd((await readRun(ledger, run.id)).status)) return 'gone'
  }
}

function alreadyEnded({ id, status, endedAt }: Run): PurserError {
  return new PurserError('RUN_ENDED', {
    message: `Run ${id} has ended: ${status}${endedAt === undefined ? '' : ` at ${new Date(endedAt).toISOString()}`}.`,
    remedy: `There is nothing to cancel. \`purser show ${id}\` tells how it ended.`,
  })
}

function unreachable(run: Run, here: string): PurserError {
  const host = lastAttempt(run)?.host ?? 'another machine'
  const [where, remedy] =
    host === here
      ? ["is another user's, or is still being started", 'Cancel it as the user who started it, or as root.']
      : [`is on ${host}`, 'Cancel it on that machine.']
  return new PurserError('ATTEMPT_UNREACHABLE', {
    message: `Run ${run.id} can't be reached from here: its attempt ${where}.`,
    remedy: `${remedy} It is recorded that the cancel was asked for, unless the ledger could only be read.`,
  })
}
