import type { Key, SliceClaim } from '../../../runs/slice.ts'
import { sql } from '../../../tasks/sql.ts'
import type { SliceEnd, SliceFailure, Tries } from '../../slice-ledger.ts'
import { columnsOf, keyAsJson, withinRange } from './key-range.ts'
import { renderOnce } from './render.ts'
import type { Session } from './session.ts'
import { type InspectedSource, rowsOf } from './source.ts'

const longestMessage = 2_000

/**
 * Whether a slice whose answer was lost is done. The lock waits for a commit that is still under way; after `unknown`
 * the claim must be given up, so that what is under way all the same is fenced off.
 */
export async function sliceOutcome(session: Session, claim: SliceClaim): Promise<SliceEnd | 'unknown'> {
  const { rows } = await session.query<{ state: number; token: number }>({
    text: 'select state, token from purser.slices where batch = $1 and number = $2 for update',
    values: [claim.batch, claim.slice],
  })
  const [found] = rows
  if (found === undefined || found.token !== claim.token) return { end: 'fenced' }
  if (found.state === 1) return 'unknown'
  return found.state === 2 ? { end: 'done', rows: claim.rows, speed: 1 } : { end: 'fenced' }
}

/** Puts a slice back, to be tried again after a while. */
export async function failSlice(session: Session, claim: SliceClaim, failure: SliceFailure): Promise<void> {
  await session.query({
    name: 'purser_fail',
    text: `
      update purser.slices set state = 0, token = token + 1, tries = tries + $4::int, worker = null, lease_until = null,
        due_at = clock_timestamp() + $5 * interval '1 ms', error = $6
      where batch = $1 and number = $2 and token = $3 and state = 1`,
    values: [
      claim.batch,
      claim.slice,
      claim.token,
      failure.counts ? 1 : 0,
      failure.delayMs,
      failure.message.slice(0, longestMessage),
    ],
  })
}

/** Puts two halves in a slice's place; a slice of one row, or of none any more, is buried. */
export async function halveSlice(
  session: Session,
  source: InspectedSource,
  claim: SliceClaim,
  { message, halves: halfTries, tried }: Tries & { readonly message: string },
): Promise<'halved' | 'buried' | 'fenced'> {
  const halves = await halvesOf(session, source, claim)
  const error = message.slice(0, longestMessage)
  if (halves.length < 2) return bury(session, claim, halves[0]?.key, { error, tried })
  return replace(session, claim, halves, { error, tries: halfTries })
}

interface Half {
  readonly key: Key
  readonly rows: number
}

/**
 * The last keys of two halves; the second half reaches to the slice's own bound. A query may have several rows of one
 * key: they stay together.
 */
async function halvesOf(
  session: Session,
  { source, key }: InspectedSource,
  claim: SliceClaim,
): Promise<readonly Half[]> {
  const columns = columnsOf(key)
  const keys = sql`
    select ${columns}, row_number() over (order by ${columns}) as purser_n, count(*) over () as purser_keys,
      sum(count(*)) over (order by ${columns}) as purser_rows
    from ${rowsOf(source, withinRange(key, claim))} group by ${columns}`
  const statement = sql`
    select ${keyAsJson(key)} as purser_key, purser_rows::int from (${keys}) as s
    where purser_n = greatest(purser_keys / 2, 1) or purser_n = purser_keys order by purser_n`
  const { rows } = await session.query<{ purser_key: Key; purser_rows: number }>(renderOnce(statement))
  return rows.map(({ purser_key: last, purser_rows: upTo }, at) => ({
    key: last,
    rows: upTo - (rows[at - 1]?.purser_rows ?? 0),
  }))
}

async function replace(
  session: Session,
  claim: SliceClaim,
  halves: readonly Half[],
  { error, tries }: { readonly error: string; readonly tries: number },
): Promise<'halved' | 'fenced'> {
  const bounds = halves.map(({ rows, key }, at) => ({
    rows,
    // a row that stands alone has all its tries: those before may have failed for another's sake
    tries: rows === 1 ? 0 : tries,
    lower: at === 0 ? (claim.lower ?? null) : halves[at - 1]?.key,
    upper: at === halves.length - 1 ? claim.upper : key,
  }))
  const { rowCount } = await session.query({
    name: 'purser_halve',
    text: `
      with old as (
        update purser.slices set state = 3, error = $5, done_at = clock_timestamp(), worker = null
        where batch = $1 and number = $2 and token = $3 and state = 1 returning generation
      ), numbered as (
        update purser.batches set next_slice = next_slice + $6 from old where id = $1 returning next_slice - $6 as first
      )
      insert into purser.slices (batch, number, generation, tries, rows, lower, upper, error)
      select $1, first + n - 1, old.generation, (b->>'tries')::int, (b->>'rows')::int, nullif(b->'lower', 'null'), b->'upper', $5
      from old, numbered, jsonb_array_elements($4::jsonb) with ordinality as bounds(b, n)`,
    values: [claim.batch, claim.slice, claim.token, JSON.stringify(bounds), error, bounds.length],
  })
  return rowCount === 0 ? 'fenced' : 'halved'
}

async function bury(
  session: Session,
  claim: SliceClaim,
  key: Key | undefined,
  { error, tried }: { readonly error: string; readonly tried: number },
): Promise<'buried' | 'fenced'> {
  const { rowCount } = await session.query({
    name: 'purser_bury',
    text: `
      with old as (
        update purser.slices set state = 4, error = $6, done_at = clock_timestamp(), worker = null, tries = $7
        where batch = $1 and number = $2 and token = $3 and state = 1 returning generation, tries
      )
      insert into purser.buried (batch, slice, generation, key, lower, error, tries)
      select $1, $2, generation, $4, $5, $6, tries from old`,
    values: [
      claim.batch,
      claim.slice,
      claim.token,
      JSON.stringify(key ?? claim.upper),
      claim.lower === undefined ? null : JSON.stringify(claim.lower),
      error,
      tried,
    ],
  })
  return rowCount === 0 ? 'fenced' : 'buried'
}
