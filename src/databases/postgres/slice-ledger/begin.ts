import { Bug, PurserError } from '../../../core/errors.ts'
import { list } from '../../../core/text.ts'
import type { Key } from '../../../runs/slice.ts'
import type { BatchPlan } from '../../slice-ledger.ts'
import type { Session } from './session.ts'
import { estimateRows, type InspectedSource, lastKey } from './source.ts'

/** Where a batch is when a lead takes it on. */
export interface Begun {
  /** The lead's fencing token. */
  readonly lead: string
  readonly cursor: Key | null
  readonly last: Key | null
  /** The number of the slice that comes next. */
  readonly next: string
}

/** A key as the ledger keeps it. */
export function toJson(key: Key | undefined): string | null {
  return key === undefined ? null : JSON.stringify(key)
}

/** Puts a batch on record that is not there yet: from now on its end is fixed. */
export async function insertBatch(session: Session, source: InspectedSource, plan: BatchPlan): Promise<void> {
  const { rows } = await session.query<{ types: readonly string[] }>({
    text: 'select key_types as types from purser.batches where id = $1',
    values: [plan.id],
  })
  const [begun] = rows
  if (begun !== undefined) return checkTypes(source, begun.types)
  const [last, estimate] = [await lastKey(session, source), await estimateRows(session, source)]
  await session.query({
    text: `
      insert into purser.batches (id, task, definition, parameters, key_types, lease_ms, last, estimated_rows)
      values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    values: [
      plan.id,
      plan.task,
      plan.definition,
      JSON.stringify(plan.parameters),
      source.key.types,
      plan.leaseMs,
      toJson(last),
      last === undefined ? 0 : Math.round(estimate),
    ],
  })
}

/** Its bounds mean nothing for another key. */
function checkTypes({ key }: InspectedSource, types: readonly string[]): void {
  if (JSON.stringify(types) === JSON.stringify(key.types)) return
  throw new PurserError('BATCH_KEY_UNFIT', {
    message: `The batch was begun with a key of ${list(types)}, and its task has one of ${list(key.types)} by now.`,
    remedy: 'Begin it anew with `purser run`, or start the task as it was then.',
  })
}

/** Takes the lead from whoever had it. A batch that rested goes on; one that was cancelled stays so. */
export async function takeLead(session: Session, { id, definition, leaseMs }: BatchPlan): Promise<Begun> {
  const { rows } = await session.query<Begun>({
    text: `
      update purser.batches set lead = lead + 1, lead_seen = clock_timestamp(), definition = $2, lease_ms = $3, limiting = null,
        state = case when state in ('paused', 'failed', 'finished') then 'running' else state end
      where id = $1 returning lead, cursor, last, next_slice as next`,
    values: [id, definition, leaseMs],
  })
  const [begun] = rows
  if (begun === undefined) throw new Bug(`Batch ${id} is not on record.`)
  return begun
}
