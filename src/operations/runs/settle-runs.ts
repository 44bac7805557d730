import { reasonOf } from '../../core/errors.ts'
import type { Look } from '../../executors/executor.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { RunEvent } from '../../runs/events.ts'
import { describeOutcome } from '../../runs/outcomes.ts'
import { lastAttempt, type Run } from '../../runs/run.ts'
import { isEnd, mayMove } from '../../runs/statuses.ts'
import type { Context } from '../context.ts'
import { advanceOrTell } from './advance-run.ts'
import { findExecution } from './find-execution.ts'
import { readRun } from './find-run.ts'

/** Brings a ledger up to date with attempts that nobody watches: what starts or lists runs does this first. */
export async function settleRuns(context: Context, ledger: Ledger): Promise<void> {
  for (const id of await ledger.find({ open: true })) await settleOne(context, ledger, id)
}

/** One that can't be settled must not keep the others, nor a new run, from their way. */
async function settleOne(context: Context, ledger: Ledger, id: string): Promise<void> {
  try {
    await settleRun(context, ledger, await readRun(ledger, id))
  } catch (error) {
    context.warn(`Run ${id} could not be brought up to date: ${reasonOf(error)}`)
  }
}

/** Folds what an attempt's own record says into the ledger. Returns the run as it then is. */
export async function settleRun(context: Context, ledger: Ledger, run: Run): Promise<Run> {
  if (isEnd(run.status) || run.status === 'paused') return run
  const found = await findExecution(context, run)
  if (found === 'unreachable') return run
  if (found === 'gone') return advanceOrTell(context, ledger, run, (now) => goneEvent(now, context.now()))
  return foldLook(context, ledger, run, await found.look())
}

/** Records what a look at an attempt adds to its run: that it is at work, and how it ended. */
export async function foldLook(context: Context, ledger: Ledger, run: Run, look: Look): Promise<Run> {
  const begun = await advanceOrTell(context, ledger, run, (now) => runningEvent(now, look))
  return look.ended === undefined
    ? begun
    : advanceOrTell(context, ledger, begun, (now) => endedEvent(now, look))
}

function runningEvent(run: Run, { started }: Look): RunEvent | undefined {
  const attempt = lastAttempt(run)
  if (started === undefined || attempt === undefined || run.status !== 'starting') return undefined
  const { pid, containment, at, parity } = started
  const proof = parity === undefined ? {} : { parity }
  return { kind: 'running', attempt: attempt.id, pid, containment, startedAt: at, ...proof }
}

function endedEvent(run: Run, look: Look): RunEvent | undefined {
  const { ended } = look
  const attempt = lastAttempt(run)
  if (ended === undefined || attempt === undefined || isEnd(run.status) || run.status === 'paused')
    return undefined
  const { outcome, output, at } = ended
  const rests = whyItRests(run, look)
  const end = { attempt: attempt.id, outcome, output, endedAt: at }
  return rests === undefined ? { kind: 'ended', ...end } : { kind: 'paused', why: rests, ...end }
}

function canRest({ kind, batch }: Run['request']): boolean {
  return kind === 'batch' && batch?.isDryRun === undefined
}

/** Why a batch goes on later: its lead said so, or was killed over it. The slice ledger knows where it is. */
function whyItRests(run: Run, { progress, ended }: Look): string | undefined {
  const { request, status } = run
  if (!canRest(request) || ended === undefined || status === 'cancelling') return undefined
  const { outcome } = ended
  if (outcome.end === 'exited') {
    if (outcome.code !== 0 || progress?.isOver) return undefined
    return askedFor(run) ?? progress?.rests ?? 'its lead ended before it was known to be over'
  }
  return ['killed', 'lost', 'stopped'].includes(outcome.end)
    ? `its lead was ${describeOutcome(outcome)}`
    : undefined
}

function goneEvent(run: Run, endedAt: number): RunEvent | undefined {
  if (!mayMove(run.status, 'lost')) return undefined
  const outcome = { end: 'lost', why: whyGone(run) } as const
  const attempt = lastAttempt(run)
  const mayGoOn = canRest(run.request) && run.status !== 'cancelling' && attempt?.startedAt !== undefined
  return mayGoOn
    ? { kind: 'paused', attempt: attempt.id, why: outcome.why, outcome, endedAt }
    : { kind: 'ended', outcome, endedAt }
}

function whyGone(run: Run): string {
  return lastAttempt(run)?.startedAt === undefined
    ? 'the purser that was starting it died; nothing of the task ran'
    : "its attempt's folder was removed while it ran; what became of the task is not known"
}

function askedFor({ status, pause }: Run): string | undefined {
  if (status !== 'pausing' || pause === undefined) return undefined
  return pause.reason ?? `${pause.actor.name} asked for it`
}
