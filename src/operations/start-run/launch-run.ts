import type { EnvironmentConfiguration } from '../../config/configuration.ts'
import { Bug, reasonOf } from '../../core/errors.ts'
import { secretsOf } from '../../core/redaction/secrets.ts'
import type { Release } from '../../environment/release.ts'
import type { Execution, Inspection } from '../../executors/executor.ts'
import { lastAttempt, type Run } from '../../runs/run.ts'
import type { Context, RecordedTarget } from '../context.ts'
import { advanceRun } from '../runs/advance-run.ts'
import type { Plan } from './plan-run.ts'

const defaultOutputQuota = 50_000_000

/** How many bytes of a run's output are kept. */
export function outputQuota(settings: EnvironmentConfiguration): number {
  return settings.outputQuota ?? defaultOutputQuota
}

/** Starts the attempt that was recorded. When it can't be started, that is recorded too, and thrown. */
export async function launchRun(
  context: Context,
  { executor, ledger, settings }: RecordedTarget,
  release: Release,
  plan: Plan,
  run: Run,
  inspection: Inspection | undefined,
): Promise<Execution> {
  const attempt = lastAttempt(run)
  if (attempt === undefined) throw new Bug(`Run ${run.id} has no attempt to start.`)
  const { work, output, graceMs, timeoutMs, secrets, held } = plan
  const limits = {
    graceMs,
    quotaBytes: outputQuota(settings),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  }
  try {
    const judged = inspection === undefined ? {} : { inspection }
    const inPlace = held === undefined ? {} : { variables: held }
    const hidden = [...secrets, ...secretsOf(new Map(Object.entries(held ?? {})), [])]
    const spec = {
      id: attempt.id,
      run: run.id,
      work,
      output,
      secrets: hidden,
      ...limits,
      ...judged,
      ...inPlace,
    }
    return await executor.start(spec, release, context.signal)
  } catch (error) {
    // It may have started all the same: then its own record tells how it went.
    const found = await executor.attach(attempt)
    if (typeof found === 'object') return found
    const outcome = { end: 'unstartable', why: reasonOf(error) } as const
    const event = { kind: 'ended', attempt: attempt.id, outcome, endedAt: context.now() } as const
    await advanceRun(context, ledger, run.id, () => event)
    throw error
  }
}
