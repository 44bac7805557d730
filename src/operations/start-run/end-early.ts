import type { Refusal } from '../../core/errors.ts'
import type { RunEvent } from '../../runs/events.ts'
import type { Run } from '../../runs/run.ts'
import { isEnd } from '../../runs/statuses.ts'
import type { Context, RecordedTarget } from '../context.ts'
import { advanceRun } from '../runs/advance-run.ts'
import { cancelledBefore } from './claim-run.ts'

/** Puts on record that there was nothing for a run to do, and why that is known. Throws `RUN_ENDED` where it was cancelled. */
export function endNeedless(context: Context, target: RecordedTarget, run: Run, why: string): Promise<Run> {
  return endEarly(context, target, run, () => ({
    kind: 'ended',
    outcome: { end: 'needless', why },
    endedAt: context.now(),
  }))
}

/** Puts on record why a run does not begin. Throws `RUN_ENDED` where it was cancelled. */
export function refuse(
  context: Context,
  target: RecordedTarget,
  run: Run,
  refusals: readonly Refusal[],
): Promise<Run> {
  return endEarly(context, target, run, () => ({ kind: 'refused', refusals }))
}

function endEarly(
  context: Context,
  { ledger }: RecordedTarget,
  { id }: Run,
  end: () => RunEvent,
): Promise<Run> {
  return advanceRun(context, ledger, id, (now) => {
    if (isEnd(now.status)) throw cancelledBefore(now)
    return end()
  })
}
