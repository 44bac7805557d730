import type { Refusal } from '../core/errors.ts'
import type { ParityReport } from '../environment/parity/report.ts'
import type { Execution } from '../executors/executor.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Run } from '../runs/run.ts'
import { needsRehearsal } from './apply/ask-rehearsal.ts'
import { type Hold, holdProduction } from './apply/hold-production.ts'
import type { Context } from './context.ts'
import { resolveTarget } from './releases/resolve-target.ts'
import { openLedger } from './runs/ledgers.ts'
import { settleRuns } from './runs/settle-runs.ts'
import { askGates } from './start-run/ask-gates.ts'
import { claimRun } from './start-run/claim-run.ts'
import { describeRequest } from './start-run/describe-request.ts'
import { endNeedless, refuse } from './start-run/end-early.ts'
import { inspectTwin } from './start-run/inspect-twin.ts'
import { launchRun } from './start-run/launch-run.ts'
import { planRun } from './start-run/plan-run.ts'
import { requestRun } from './start-run/request-run.ts'
import type { Wish } from './start-run/wish.ts'

/** What became of the wish for a run. */
export type Started =
  | {
      readonly run: Run
      readonly ledger: Ledger
      readonly execution: Execution
      /** Where it migrates production: what it is held by. Whoever follows it settles that, and it ends with whoever does. */
      readonly hold?: Hold
    }
  /** Nothing was started. Without a refusal there was nothing to do, which is a success. */
  | { readonly run: Run; readonly refusals: readonly Refusal[] }

/** What whoever typed wants to hear of on the way. */
export interface Watching {
  /** The twin was compared with the app; its task has not begun. */
  judged?(run: Run, report: ParityReport): void
}

/**
 * Starts a run: the whole way from what was typed to an attempt at work. Throws a `PurserError` for what is wrong
 * before there is a run; from then on everything, a refusal too, is in the ledger.
 */
export async function startRun(context: Context, wish: Wish, watching: Watching = {}): Promise<Started> {
  // 1. Resolve, and 2. read the release that serves now
  const resolved = await resolveTarget(context, wish.environment, wish.service)
  const target = { ...resolved, ledger: await openLedger(context, resolved.settings) }
  using _standby = target.executor.standBy()
  await settleRuns(context, target.ledger)
  const { candidate } = wish
  const release = await target.executor.release(context.signal, candidate === undefined ? {} : { candidate })
  const plan = await planRun(context, target, release, wish)
  const run = await requestRun(context, target.ledger, describeRequest(context, target, release, plan, wish))
  // 3. Gates, and the claim of a task that allows one run at a time
  const { refusals, needless } =
    plan.refusal === undefined
      ? await askGates(context, target, release, plan, run)
      : { refusals: [plan.refusal] }
  if (refusals.length > 0) return notStarted(await refuse(context, target, run, refusals))
  if (needless !== undefined) return notStarted(await endNeedless(context, target, run, needless))
  const claimed = await claimRun(context, target, plan, run)
  if ('refusal' in claimed) return notStarted(await refuse(context, target, run, [claimed.refusal]))
  const hold = needsRehearsal(target, plan)
    ? await holdProduction(context, target, release, plan, claimed.run)
    : undefined
  if (hold !== undefined && 'refusals' in hold)
    return notStarted(await refuse(context, target, run, hold.refusals))
  if (hold !== undefined && 'needless' in hold)
    return notStarted(await endNeedless(context, target, run, hold.needless))
  // 4. Launch a twin, and 5. judge it by its parity, before the task's first instruction
  const held = { ...plan, held: hold?.variables }
  const inspection = inspectTwin(context, target, release, held, (report) =>
    watching.judged?.(claimed.run, report),
  )
  try {
    const execution = await launchRun(context, target, release, held, claimed.run, inspection)
    return { run: claimed.run, ledger: target.ledger, execution, ...(hold === undefined ? {} : { hold }) }
  } catch (error) {
    await hold?.[Symbol.asyncDispose]()
    throw error
  }
}

function notStarted(run: Run): Started {
  return { run, refusals: run.refusals }
}
