import type { Kysely } from 'kysely'
import { PurserError } from '../../core/errors.ts'
import type { RecordedEvent } from '../../runs/run.ts'
import { nameOf } from '../chain.ts'
import type { StoredEvent } from '../ledger.ts'
import type { LedgerTables } from './tables.ts'

/** A run's events, in their order. */
export async function readHistory(db: Kysely<LedgerTables>, run: string): Promise<readonly RecordedEvent[]> {
  const rows = await db.selectFrom('events').selectAll().where('run', '=', run).orderBy('sequence').execute()
  return rows.map((row) => ({ at: row.at, event: parseBody(row) }))
}

function parseBody(event: StoredEvent): RecordedEvent['event'] {
  try {
    return JSON.parse(event.body ?? '')
  } catch (error) {
    throw new PurserError('LEDGER_CORRUPT', {
      message: `${nameOf(event)} cannot be read from the ledger: its body is no JSON.`,
      remedy: 'See all that is wrong with `purser ledger verify`.',
      cause: error,
    })
  }
}
