import type { Run } from '../runs/run.ts'
import type { Context } from './context.ts'
import { planRehearsal } from './rehearsals/plan-rehearsal.ts'
import { playRehearsal } from './rehearsals/play-rehearsal.ts'
import type { RehearsalWatching, RehearsalWish } from './rehearsals/wish.ts'
import { resolveTarget } from './releases/resolve-target.ts'
import { advanceRun } from './runs/advance-run.ts'
import { openLedger } from './runs/ledgers.ts'
import { settleRuns } from './runs/settle-runs.ts'
import { askGates } from './start-run/ask-gates.ts'
import { claimRun } from './start-run/claim-run.ts'
import { endNeedless, refuse } from './start-run/end-early.ts'
import { requestRun } from './start-run/request-run.ts'

/**
 * Rehearses a migration on clones of its database: production is read, and not changed. Returns the run with its verdict;
 * refused by a gate; or ended without one, where nothing is pending. Throws a `PurserError` for what is wrong before there is a run.
 */
export async function rehearseTask(
  context: Context,
  wish: RehearsalWish,
  watching: RehearsalWatching = {},
): Promise<Run> {
  const resolved = await resolveTarget(context, wish.environment, wish.service)
  const target = { ...resolved, ledger: await openLedger(context, resolved.settings) }
  await settleRuns(context, target.ledger)
  const { candidate } = wish
  const release = await target.executor.release(context.signal, candidate === undefined ? {} : { candidate })
  const rehearsal = await planRehearsal(context, target, release, wish)
  const run = await requestRun(context, target.ledger, rehearsal.request)
  const { refusals } = await askGates(context, target, release, rehearsal.plan, run)
  if (refusals.length > 0) return await refuse(context, target, run, refusals)
  const claimed = await claimRun(context, target, rehearsal.plan, run)
  if ('refusal' in claimed) return await refuse(context, target, run, [claimed.refusal])
  watching.begun?.(claimed.run)
  const played = await playRehearsal(context, target, release, rehearsal, claimed.run, watching)
  if ('needless' in played) return await endNeedless(context, target, run, played.needless)
  return await advanceRun(context, target.ledger, run.id, () => ({ kind: 'rehearsed', rehearsal: played }))
}
