import type { Transaction } from 'kysely'
import { Bug, PurserError } from '../../core/errors.ts'
import { changed, genesis, linkAfter } from '../chain.ts'
import { type AppendResult, type Condition, endsRun, type Head, type NewEvent } from '../ledger.ts'
import type { LedgerTables } from './tables.ts'

/** Appends one event under its condition. The transaction must keep other writers out. */
export async function appendEvent(
  tx: Transaction<LedgerTables>,
  { run, event, at, claim }: NewEvent,
  { version }: Condition,
): Promise<AppendResult> {
  for (const text of [run, claim ?? '']) assertKeepable(text)
  const claims = await claimsOf(tx, run)
  if (claims.length !== version) return { conflict: 'version' }
  const held = claims.find((carried) => carried !== null) ?? null
  if (claim !== undefined && held !== null && claim !== held) {
    throw new Bug(`Run ${run} holds "${held}" and cannot claim "${claim}" too.`)
  }
  const carried = endsRun(event.kind) ? held : (claim ?? null)
  const holder = carried === null ? undefined : await holderOf(tx, carried)
  if (holder !== undefined && holder !== run) return { conflict: 'claim', holder }

  const body = JSON.stringify(event)
  const link = linkAfter(await soundHead(tx), { run, kind: event.kind, at, claim: carried, body })
  await tx.insertInto('events').values(link).execute()
  return { appended: { sequence: link.sequence, hash: link.hash } }
}

/** The claim that each event of a run carries, in their order. */
async function claimsOf(tx: Transaction<LedgerTables>, run: string): Promise<readonly (string | null)[]> {
  const rows = await tx
    .selectFrom('events')
    .select('claim')
    .where('run', '=', run)
    .orderBy('sequence')
    .execute()
  return rows.map((row) => row.claim)
}

/** The run that carried a claim last, unless it gave it up by ending. */
async function holderOf(tx: Transaction<LedgerTables>, claim: string): Promise<string | undefined> {
  const last = await tx
    .selectFrom('events')
    .select(['run', 'kind'])
    .where('claim', '=', claim)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  return last === undefined || endsRun(last.kind) ? undefined : last.run
}

/** The end of the chain, checked: nothing is chained onto an event that was tampered with. */
async function soundHead(tx: Transaction<LedgerTables>): Promise<Head> {
  const tail = await tx
    .selectFrom('events')
    .selectAll()
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (tail === undefined) return genesis
  const problem = changed(tail)
  if (problem === undefined) return { sequence: tail.sequence, hash: tail.hash }
  throw new PurserError('LEDGER_CHAIN_BROKEN', {
    message: `Nothing was recorded, because the ledger was tampered with at its end. ${problem}`,
    remedy:
      'See all that is wrong with `purser ledger verify`, keep the ledger as evidence, and begin a new one.',
  })
}

/** What a database would cut short or replace, so that the hash no longer held when it is read back. */
function assertKeepable(text: string): void {
  if (text.includes('\0') || !text.isWellFormed()) {
    throw new Bug(`The ledger was given ${JSON.stringify(text)}, which cannot be kept as it is.`)
  }
}
