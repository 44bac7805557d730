import { PurserError } from '../../core/errors.ts'
import type { Database } from '../../databases/database.ts'
import type { Run } from '../../runs/run.ts'
import type { Context } from '../context.ts'
import { openDatabase } from '../releases/open-database.ts'
import { resolveTarget } from '../releases/resolve-target.ts'

/** A run's batch, and the database that it is in. */
export interface FoundBatch extends AsyncDisposable {
  /** The run that began it. */
  readonly id: string
  readonly database: Database
}

/** Opens the database of a run's batch. Throws `NOT_A_BATCH`, `BATCH_NO_DATABASE`, `DATABASE_UNREACHABLE`. */
export async function findBatch(context: Context, run: Run): Promise<FoundBatch> {
  const { environment, service, batch, kind } = run.request
  if (kind !== 'batch' || batch?.database === undefined) throw notABatch(run)
  const target = await resolveTarget(context, environment, service)
  const database = await openDatabase(context, target, batch.database)
  return { id: batch.id ?? run.id, database, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() }
}

export function notABatch({ id, request }: Run): PurserError {
  return new PurserError('NOT_A_BATCH', {
    message: `Run ${id} is a ${request.kind} ("${request.task}"), and no batch.`,
    remedy: 'Only batches are paused, resumed and replayed; `purser cancel` stops any run.',
  })
}
