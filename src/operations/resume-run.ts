import { exitCodes, PurserError, type Refusal } from '../core/errors.ts'
import { createRedactor } from '../core/redaction/redactor.ts'
import type { Release } from '../environment/release.ts'
import type { Execution } from '../executors/executor.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Resumption } from '../runs/events.ts'
import type { Run } from '../runs/run.ts'
import { notABatch } from './batches/find-batch.ts'
import type { Context } from './context.ts'
import { resolveTarget } from './releases/resolve-target.ts'
import type { FoundRun } from './runs/find-run.ts'
import { settleRun } from './runs/settle-runs.ts'
import { askGates } from './start-run/ask-gates.ts'
import { claimRun } from './start-run/claim-run.ts'
import { inspectTwin } from './start-run/inspect-twin.ts'
import { launchRun } from './start-run/launch-run.ts'
import { type Plan, planRun } from './start-run/plan-run.ts'
import type { Wish } from './start-run/wish.ts'
import type { Watching } from './start-run.ts'

/** What may be said of a run that goes on. */
export interface ResumeOptions extends Pick<Wish, 'differs'> {
  readonly workers?: number
}

/**
 * Lets a batch that rests go on, in a new attempt of the same run and the same release. Throws `NOT_A_BATCH`,
 * `RUN_NOT_PAUSED`, `RELEASE_CHANGED`, and what a gate refuses.
 */
export async function resumeRun(
  context: Context,
  { run, ledger }: FoundRun,
  options: ResumeOptions,
  watching: Watching = {},
): Promise<{ readonly run: Run; readonly ledger: Ledger; readonly execution: Execution }> {
  const { request } = run
  if (request.kind !== 'batch') throw notABatch(run)
  const current = await settleRun(context, ledger, run)
  if (current.status !== 'paused') throw notPaused(current)
  const target = { ...(await resolveTarget(context, request.environment, request.service)), ledger }
  using _standby = target.executor.standBy()
  const release = await target.executor.release(context.signal)
  checkRelease(current, release, options.differs)
  const plan = await planRun(context, target, release, wishAgain(current, options))
  const { refusals } =
    plan.refusal === undefined
      ? await askGates(context, target, release, plan, current)
      : { refusals: [plan.refusal] }
  if (refusals.length > 0) throw refused(refusals)
  const claimed = await claimRun(
    context,
    target,
    plan,
    current,
    resumption(context, current, release, plan, options),
  )
  if ('refusal' in claimed) throw refused([claimed.refusal])
  const inspection = inspectTwin(context, target, release, plan, (report) =>
    watching.judged?.(claimed.run, report),
  )
  const execution = await launchRun(context, target, release, plan, claimed.run, inspection)
  return { run: claimed.run, ledger, execution }
}

/** For the record: who, and another release with the reason. */
function resumption(
  { actor }: Context,
  { request }: Run,
  { digest }: Release,
  { secrets }: Plan,
  { differs }: ResumeOptions,
): Resumption {
  if (digest === request.release.digest || differs.release === undefined) return { actor }
  return { actor, release: { digest, why: createRedactor(secrets).text(differs.release) } }
}

/** What was asked for the first time. */
function wishAgain({ request }: Run, { workers, differs: { release: _, ...differs } }: ResumeOptions): Wish {
  const { environment, service, task, parameters, reason } = request
  const id = request.batch?.id
  const batch = { ...(id === undefined ? {} : { id }), ...(workers === undefined ? {} : { workers }) }
  const what = { task, words: {}, parameters, batch }
  return { environment, service, what, reason, differs, timeoutMs: undefined, candidate: undefined }
}

function notPaused({ id, status }: Run): PurserError {
  return new PurserError('RUN_NOT_PAUSED', {
    message: `Run ${id} is ${status}, and only a run that is paused can be resumed.`,
    remedy: whatThen(id, status),
  })
}

function whatThen(id: string, status: Run['status']): string {
  if (status === 'pausing') return 'A slice is still at work: try again in a moment.'
  if (status === 'failed' || status === 'succeeded' || status === 'timed-out')
    return `\`purser show ${id}\` tells how it ended; \`purser replay ${id}\` does what it left undone.`
  if (status === 'cancelled') return 'What is cancelled does not go on: run the task again.'
  return `\`purser show ${id}\` tells what becomes of it.`
}

/** A run keeps its release, unless somebody says why it may go on in another. */
function checkRelease({ id, request }: Run, { digest }: Release, differs: Wish['differs']): void {
  if (digest === request.release.digest || differs.release !== undefined) return
  throw new PurserError('RELEASE_CHANGED', {
    message: `Run ${id} began in release ${request.release.digest}, and ${digest} serves now.`,
    remedy: `If its task may go on in the new release, say so: \`purser resume ${id} --differs release="why"\`.`,
    exitCode: exitCodes.refused,
  })
}

/** The run rests as it did: nothing of this is on its record. */
function refused(refusals: readonly Refusal[]): PurserError {
  const [first] = refusals
  return new PurserError(first?.code ?? 'GATE_FAILED', {
    message: refusals.map(({ message }) => message).join('\n'),
    remedy: refusals.map(({ remedy }) => remedy).join(' '),
    exitCode: exitCodes.refused,
  })
}
