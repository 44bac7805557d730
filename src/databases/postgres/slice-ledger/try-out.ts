import type { KeyRange } from '../../../runs/slice.ts'
import type { OpenSlice, TableEffect, Trial, TrialEnd, WorkshopPlan } from '../../slice-ledger.ts'
import { nextBounds } from './bounds.ts'
import { openSlice } from './open-slice.ts'
import type { Session } from './session.ts'
import { inspectSource } from './source.ts'
import { prepareStatement, statementOver } from './statement.ts'

/** Does a batch's first slice in a transaction, asks the session what it did, and rolls it back. */
export async function tryOut(
  session: Session,
  plan: WorkshopPlan,
  rows: number,
  work: (slice: Trial) => Promise<void>,
): Promise<TrialEnd> {
  const source = await inspectSource(session, plan.source)
  if (plan.statement !== undefined) await prepareStatement(session, source, plan.statement)
  const [bound] = await nextBounds(
    session,
    source,
    { after: undefined, last: undefined },
    { slices: 1, rows },
  )
  if (bound === undefined) return undefined
  const range = { upper: bound.upper }
  const claim = { batch: plan.batch, slice: 0, generation: 0, token: 0, tries: 0, rows: bound.rows, ...range }
  const slice = await openSlice(session, source, claim)
  try {
    if (plan.statement === undefined) await work(trialOf(slice, range))
    else await slice.query(statementOver(source, plan.statement, claim))
    return { rows: bound.rows, range, effects: await effectsOf(slice) }
  } finally {
    await slice.rollback()
  }
}

function trialOf(slice: OpenSlice, range: KeyRange): Trial {
  const { rows } = slice
  return { rows, range, query: (text, values) => slice.query(text, values), keyOf: (row) => slice.keyOf(row) }
}

/** Also in tables that the SQL never names. Only the session itself can see them (pg_stat_xact_user_tables). */
async function effectsOf(slice: OpenSlice): Promise<TableEffect[]> {
  const { rows } = await slice.query(`
    select schemaname || '.' || relname as "table", n_tup_ins::int as inserted, n_tup_upd::int as updated,
      n_tup_del::int as deleted
    from pg_stat_xact_user_tables where n_tup_ins + n_tup_upd + n_tup_del > 0 order by 1`)
  return rows as unknown as TableEffect[]
}
