import { setTimeout as sleep } from 'node:timers/promises'
import { PurserError } from '../core/errors.ts'
import type { RunEvent } from '../runs/events.ts'
import type { Run } from '../runs/run.ts'
import { isEnd, mayMove } from '../runs/statuses.ts'
import { type FoundBatch, findBatch } from './batches/find-batch.ts'
import type { Context } from './context.ts'
import { redactReason } from './releases/redact-reason.ts'
import { advanceOrTell } from './runs/advance-run.ts'
import { findExecution } from './runs/find-execution.ts'
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
  await using batch = await PausedBatch.find(context, current)
  await batch.pause()
  await advanceOrTell(context, ledger, current, (now) => pausingEvent(now, context, why))
  const deadline = performance.now() + patienceMs
  for (;;) {
    const settled = await settleRun(context, ledger, await readRun(ledger, run.id))
    if (settled.status === 'paused' || isEnd(settled.status) || performance.now() > deadline) return settled
    await sleep(lookEveryMs)
    // a lead that was just beginning knew nothing of it yet; one that was resumed since is to go on
    if (settled.attempts.length > current.attempts.length) return settled
    await batch.pauseAgain()
  }
}

/** A lead that is told to stop lets its batch rest by itself: the way where the database is out of reach from here. */
async function stopLead(context: Context, run: Run): Promise<void> {
  const execution = await findExecution(context, run)
  if (typeof execution === 'object') await execution.stop()
}

/** A batch that is told to rest. A way through a container has its time, and is made anew. */
class PausedBatch implements AsyncDisposable {
  readonly #context: Context
  readonly #run: Run
  #batch: FoundBatch | undefined

  private constructor(context: Context, run: Run, batch: FoundBatch | undefined) {
    this.#context = context
    this.#run = run
    this.#batch = batch
  }

  static async find(context: Context, run: Run): Promise<PausedBatch> {
    try {
      return new PausedBatch(context, run, await findBatch(context, run))
    } catch (error) {
      if (!(error instanceof PurserError) || error.code === 'NOT_A_BATCH') throw error
      context.warn(`${error.message} Its lead is told to stop instead. ${error.remedy}`)
      return new PausedBatch(context, run, undefined)
    }
  }

  async pause(): Promise<void> {
    if (this.#batch === undefined) await stopLead(this.#context, this.#run)
    else await this.#batch.database.batches.move(this.#batch.id, 'paused')
  }

  /** It was told once: where it can't be now, it rests all the same, or is told at the next look. */
  async pauseAgain(): Promise<void> {
    try {
      await this.pause()
    } catch (error) {
      if (!isUnreachable(error)) throw error
      await this.#reconnect()
    }
  }

  async #reconnect(): Promise<void> {
    await this[Symbol.asyncDispose]()
    try {
      this.#batch = await findBatch(this.#context, this.#run)
    } catch (error) {
      if (!isUnreachable(error)) throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#batch?.[Symbol.asyncDispose]()
    } catch {
      // it was cut
    }
  }
}

function pausingEvent(run: Run, { actor }: Context, reason: string | undefined): RunEvent | undefined {
  if (!mayMove(run.status, 'pausing')) return undefined
  return { kind: 'pausing', actor, ...(reason === undefined ? {} : { reason }) }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof PurserError && error.code === 'DATABASE_UNREACHABLE'
}

function ended({ id, status }: Run): PurserError {
  return new PurserError('RUN_ENDED', {
    message: `Run ${id} has ended: ${status}.`,
    remedy: `There is nothing to pause. \`purser show ${id}\` tells how it ended.`,
  })
}
