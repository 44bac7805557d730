import { PurserError } from '../../core/errors.ts'
import { createRedactor } from '../../core/redaction/redactor.ts'
import type { Database } from '../../databases/database.ts'
import type { Run } from '../../runs/run.ts'
import type { Context } from '../context.ts'
import { environmentSecrets } from '../releases/environment-secrets.ts'
import { openDatabase } from '../releases/open-database.ts'
import { resolveTarget } from '../releases/resolve-target.ts'

/** A run's batch, and the database that it is in. */
export interface FoundBatch extends AsyncDisposable {
  /** The run that began it. */
  readonly id: string
  readonly database: Database
  /** A text without the app's secrets. */
  redact(text: string): string
}

/** Opens the database of a run's batch. Throws `NOT_A_BATCH`, `BATCH_NO_DATABASE`, `DATABASE_UNREACHABLE`. */
export async function findBatch(context: Context, run: Run): Promise<FoundBatch> {
  const { environment, service, batch, kind } = run.request
  if (kind !== 'batch' || batch?.database === undefined) throw notABatch(run)
  const target = await resolveTarget(context, environment, service)
  const { database, variables } = await openDatabase(context, target, batch.database)
  const redactor = createRedactor(environmentSecrets(variables, target.settings))
  return {
    id: batch.id ?? run.id,
    database,
    redact: (text) => redactor.text(text),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

export function notABatch({ id, request }: Run): PurserError {
  return new PurserError('NOT_A_BATCH', {
    message: `Run ${id} is a ${request.kind} ("${request.task}"), and no batch.`,
    remedy:
      'Only batches are paused, resumed and replayed, and have buried rows; `purser cancel` stops any run.',
  })
}
