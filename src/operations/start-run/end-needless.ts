import type { Run } from '../../runs/run.ts'
import type { Context, RecordedTarget } from '../context.ts'
import { advanceRun } from '../runs/advance-run.ts'

/** Puts on record that there was nothing for a run to do, and why that is known. */
export function endNeedless(
  context: Context,
  { ledger }: RecordedTarget,
  { id }: Run,
  why: string,
): Promise<Run> {
  const outcome = { end: 'needless', why } as const
  return advanceRun(context, ledger, id, () => ({ kind: 'ended', outcome, endedAt: context.now() }))
}
