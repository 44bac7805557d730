import type { Refusal } from '../core/errors.ts'
import { PurserError } from '../core/errors.ts'
import { attemptId } from '../core/ids.ts'
import type { Release } from '../environment/release.ts'
import type { Execution } from '../executors/executor.ts'
import { passGates } from '../gates/pass-gates.ts'
import { reasonGate } from '../gates/reason.ts'
import { roomGate } from '../gates/room.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { applyEvent, type Run } from '../runs/run.ts'
import { advanceRun } from './advance-run.ts'
import type { Context, Target } from './context.ts'
import { describeRequest, type Plan, planRun, type Wish } from './plan-run.ts'
import { requestRun } from './request-run.ts'
import { resolveTarget } from './resolve-target.ts'
import { settleRuns } from './settle-runs.ts'

/** What became of the wish for a run. */
export type Started =
  | { readonly run: Run; readonly ledger: Ledger; readonly execution: Execution }
  | { readonly run: Run; readonly refusals: readonly Refusal[] }

// The ledger, the manifest and the supervisor's own small files.
const recordBytes = 10_000_000

/**
 * Starts a run: the whole way from what was typed to an attempt at work. Throws a `PurserError` for what is wrong
 * before there is a run; from then on everything, a refusal too, is in the ledger.
 */
export async function startRun(context: Context, wish: Wish): Promise<Started> {
  await settleRuns(context)
  // 1. Resolve, and 2. read the release that serves now
  const target = await resolveTarget(context, wish.environment, wish.service)
  const release = await target.executor.release(context.signal)
  const plan = await planRun(context, target, release, wish)
  const run = await requestRun(context, target.ledger, describeRequest(context, target, release, plan, wish))
  // 3. Gates
  const refusals = plan.refusal === undefined ? await askGates(context, target, release, run) : [plan.refusal]
  if (refusals.length > 0) return refuse(context, target, run, refusals)
  const claimed = await claim(context, target, plan, run)
  if ('refusal' in claimed) return refuse(context, target, run, [claimed.refusal])
  // 4. Launch a twin; parity, inside it, has its place here
  return launch(context, target, release, plan, claimed.run)
}

function askGates({ config }: Context, { settings }: Target, release: Release, run: Run) {
  const quota = settings.outputQuota ?? defaultQuota
  const gates = [reasonGate(settings.policies?.reason), roomGate(config.state, quota + recordBytes)]
  return passGates(gates, run.request, release)
}

const defaultQuota = 50_000_000

async function refuse(
  context: Context,
  { ledger }: Target,
  { id }: Run,
  refusals: readonly Refusal[],
): Promise<Started> {
  const run = await advanceRun(context, ledger, id, () => ({ kind: 'refused', refusals }))
  return { run, refusals }
}

/** Records that an attempt is being started; an exclusive task's run takes its claim in the same append. */
async function claim(
  { now, host, self }: Context,
  { ledger, environment, service }: Target,
  { task }: Plan,
  run: Run,
): Promise<{ readonly run: Run } | { readonly refusal: Refusal }> {
  const attempt = { id: attemptId(run.id, 1), host, starter: self }
  const recorded = { at: now(), event: { kind: 'starting', attempt } } as const
  const holds = task?.exclusive ? { claim: [environment, service, task.name].join('/') } : {}
  const result = await ledger.append({ run: run.id, ...recorded, ...holds }, { version: run.version })
  if ('appended' in result) return { run: applyEvent(run, recorded) }
  if (result.conflict === 'claim') return { refusal: alreadyRunning(run, result.holder) }
  throw new PurserError('RUN_ENDED', {
    message: `Run ${run.id} was cancelled before it started.`,
    remedy: 'Nothing was started. `purser show` tells who cancelled it.',
  })
}

function alreadyRunning({ request }: Run, holder: string): Refusal {
  return {
    code: 'TASK_ALREADY_RUNNING',
    message: `Task "${request.task}" allows one run at a time in ${request.environment}, and run ${holder} has not ended.`,
    remedy: `Follow it with \`purser logs -f ${holder}\`, or stop it with \`purser cancel ${holder}\`.`,
  }
}

async function launch(
  context: Context,
  { executor, ledger, settings }: Target,
  release: Release,
  plan: Plan,
  run: Run,
): Promise<Started> {
  const attempt = {
    id: attemptId(run.id, 1),
    run: run.id,
    work: plan.work,
    output: plan.output,
    graceMs: plan.graceMs,
    quotaBytes: settings.outputQuota ?? defaultQuota,
    secrets: plan.secrets,
    ...(plan.timeoutMs === undefined ? {} : { timeoutMs: plan.timeoutMs }),
  }
  try {
    return { run, ledger, execution: await executor.start(attempt, release, context.signal) }
  } catch (error) {
    // It may have started all the same: the attempt's own record decides, and `settleRuns` reads it.
    const why = error instanceof PurserError ? error.message : String(error)
    const found = await executor.attach({ id: attempt.id, host: context.host, starter: context.self })
    if (typeof found === 'object') return { run, ledger, execution: found }
    await advanceRun(context, ledger, run.id, () => ({
      kind: 'ended',
      attempt: attempt.id,
      outcome: { end: 'unstartable', why },
      endedAt: context.now(),
    }))
    throw error
  }
}
