import { exitCodes, PurserError, type Refusal } from '../../core/errors.ts'
import { attemptId } from '../../core/ids.ts'
import type { Resumption } from '../../runs/events.ts'
import { applyEvent, type Run } from '../../runs/run.ts'
import type { Context, RecordedTarget } from '../context.ts'
import type { Plan } from './plan-run.ts'

/**
 * Records that an attempt is being started; an exclusive task's run takes its claim in the same append, so that of
 * two that ask at once one gets it. Throws `RUN_ENDED` when the run was cancelled meanwhile.
 */
export async function claimRun(
  { now, host, self }: Context,
  { ledger, environment, service }: RecordedTarget,
  { task }: Plan,
  run: Run,
  resumed?: Resumption,
): Promise<{ readonly run: Run } | { readonly refusal: Refusal }> {
  const attempt = { id: attemptId(run.id, run.attempts.length + 1), host, starter: self }
  const recorded = {
    at: now(),
    event: { kind: 'starting', attempt, ...(resumed === undefined ? {} : { resumed }) },
  } as const
  const holds = task?.exclusive ? { claim: [environment, service, task.name].join('/') } : {}
  const result = await ledger.append({ run: run.id, ...recorded, ...holds }, { version: run.version })
  if ('appended' in result) return { run: applyEvent(run, recorded) }
  if (result.conflict === 'claim') return { refusal: alreadyRunning(run, result.holder) }
  throw cancelledBefore(run)
}

/** Somebody cancelled a run while it was looked at whether it may begin. */
export function cancelledBefore({ id }: Run): PurserError {
  return new PurserError('RUN_ENDED', {
    message: `Run ${id} was cancelled before it started.`,
    remedy: 'Nothing was started. `purser show` tells who cancelled it.',
    exitCode: exitCodes.cancelled,
  })
}

function alreadyRunning({ request }: Run, holder: string): Refusal {
  return {
    code: 'TASK_ALREADY_RUNNING',
    message: `Task "${request.task}" allows one run at a time in ${request.environment}, and run ${holder} has not ended.`,
    remedy: `Follow it with \`purser logs -f ${holder}\`, or stop it with \`purser cancel ${holder}\`.`,
  }
}
