import { attemptId } from '../../core/ids.ts'
import type { Execution } from '../../executors/executor.ts'
import { lastAttempt, type Run } from '../../runs/run.ts'
import type { Context } from '../context.ts'

/** Finds a run's latest attempt: here it is, gone, or unreachable. */
export async function findExecution(context: Context, run: Run): Promise<Execution | 'gone' | 'unreachable'> {
  const { environment, service } = run.request
  const wiring = context.config.configuration.environments[environment]?.services[service]?.executor
  if (wiring === undefined) return 'unreachable' // the configuration has no such place any more
  const attempt = lastAttempt(run)
  const executor = await wiring.open(context.config)
  return executor.attach(attempt ?? { id: attemptId(run.id, 1), ...run.request.origin })
}
