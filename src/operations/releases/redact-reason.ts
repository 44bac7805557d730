import { createRedactor } from '../../core/redaction/redactor.ts'
import type { Run } from '../../runs/run.ts'
import type { Context } from '../context.ts'
import { environmentSecrets } from './environment-secrets.ts'
import { resolveTarget } from './resolve-target.ts'

/** A reason without the app's secrets, as far as the app can be asked for them: one that has ended can't. */
export async function redactReason(context: Context, { request }: Run, reason: string): Promise<string> {
  try {
    const { executor, settings } = await resolveTarget(context, request.environment, request.service)
    const variables = await executor.variables(await executor.release(context.signal))
    return createRedactor(environmentSecrets(variables, settings)).text(reason)
  } catch {
    return reason
  }
}
