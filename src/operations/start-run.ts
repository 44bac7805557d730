import type { Refusal } from '../core/errors.ts'
import type { Release } from '../environment/release.ts'
import type { Execution } from '../executors/executor.ts'
import { passGates } from '../gates/pass-gates.ts'
import { reasonGate } from '../gates/reason.ts'
import { roomGate } from '../gates/room.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Run } from '../runs/run.ts'
import type { Context, RecordedTarget } from './context.ts'
import { resolveTarget } from './releases/resolve-target.ts'
import { advanceRun } from './runs/advance-run.ts'
import { openLedger } from './runs/ledgers.ts'
import { settleRuns } from './runs/settle-runs.ts'
import { claimRun } from './start-run/claim-run.ts'
import { describeRequest } from './start-run/describe-request.ts'
import { launchRun, outputQuota } from './start-run/launch-run.ts'
import { planRun } from './start-run/plan-run.ts'
import { requestRun } from './start-run/request-run.ts'
import type { Wish } from './start-run/wish.ts'

/** What became of the wish for a run. */
export type Started =
  | { readonly run: Run; readonly ledger: Ledger; readonly execution: Execution }
  | { readonly run: Run; readonly refusals: readonly Refusal[] }

/**
 * Starts a run: the whole way from what was typed to an attempt at work. Throws a `PurserError` for what is wrong
 * before there is a run; from then on everything, a refusal too, is in the ledger.
 */
export async function startRun(context: Context, wish: Wish): Promise<Started> {
  // 1. Resolve, and 2. read the release that serves now
  const resolved = await resolveTarget(context, wish.environment, wish.service)
  const target = { ...resolved, ledger: await openLedger(context, resolved.settings) }
  await settleRuns(context, target.ledger)
  const release = await target.executor.release(context.signal)
  const plan = await planRun(context, target, release, wish)
  const run = await requestRun(context, target.ledger, describeRequest(context, target, release, plan, wish))
  // 3. Gates, and the claim of a task that allows one run at a time
  const refusals = plan.refusal === undefined ? await askGates(context, target, release, run) : [plan.refusal]
  if (refusals.length > 0) return refuse(context, target, run, refusals)
  const claimed = await claimRun(context, target, plan, run)
  if ('refusal' in claimed) return refuse(context, target, run, [claimed.refusal])
  // 4. Launch a twin; parity, inside it, has its place here
  const execution = await launchRun(context, target, release, plan, claimed.run)
  return { run: claimed.run, ledger: target.ledger, execution }
}

// What the ledger, the manifest and the supervisor's own small files take up beside a run's output.
const recordBytes = 10_000_000

function askGates({ config }: Context, { settings }: RecordedTarget, release: Release, run: Run) {
  const gates = [
    reasonGate(settings.policies?.reason),
    roomGate(config.state, outputQuota(settings) + recordBytes),
  ]
  return passGates(gates, run.request, release)
}

async function refuse(
  context: Context,
  { ledger }: RecordedTarget,
  { id }: Run,
  refusals: readonly Refusal[],
): Promise<Started> {
  const run = await advanceRun(context, ledger, id, () => ({ kind: 'refused', refusals }))
  return { run, refusals }
}
