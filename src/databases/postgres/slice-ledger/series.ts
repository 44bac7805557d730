import type { Client, QueryConfig, QueryResult } from 'pg'
import type { SliceClaim } from '../../../runs/slice.ts'
import type { SliceEnd } from '../../slice-ledger.ts'
import { sqlStateOf } from '../sql-state.ts'
import { execution, prepareOn } from './prepared.ts'
import { PerSlice, type Rendered, valuesFor } from './render.ts'
import type { Session } from './session.ts'

/**
 * Whether a slice can be done in series with others: it has both bounds, and all values may stand in the text of a message.
 * That is in the server's log where a slice fails, and in its list of sessions. So there may be numbers, and bounds that are
 * numbers, dates or UUIDs; no text of the task's, which may be a secret, and none of the data's.
 */
export function fitsSeries({ values }: Rendered, claim: SliceClaim): boolean {
  return (
    claim.lower !== undefined &&
    values.every((value) => {
      if (!(value instanceof PerSlice)) return isPlain(value)
      return value.kind === 'own' || isPlain(value.of(claim)) || plainText.test(String(value.of(claim)))
    })
  )
}

const plainText = /^[\d:.+\-T ]{1,64}$|^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

function isPlain(value: unknown): boolean {
  return value === null || ['number', 'bigint', 'boolean', 'undefined'].includes(typeof value)
}

/**
 * Does slices in series: their statements are sent in one message, each in a transaction of its own. Nobody waits for an
 * answer in between, and what a message costs is shared. Throws the error of the first that failed; the server begins
 * none that comes after it.
 */
export function applySeries(
  session: Session,
  statement: Rendered,
  claims: readonly SliceClaim[],
  answerWithinMs: number,
): Promise<readonly SliceEnd[]> {
  return session.use(async (client) => {
    await prepareOn(client, statement.text)
    const calls = claims.map((claim) => execution(client, valuesFor(statement.values, claim)))
    const answers = await send(client, {
      text: `begin; ${calls.join('; commit and chain; ')}; commit`,
      query_timeout: answerWithinMs,
    })
    // what `begin` said comes first, and after each what its commit did
    return claims.map((claim, at) => endOf(claim, answers[at * 2 + 1]?.rows))
  })
}

type Answer = QueryResult<{ readonly speed: number }>

/** What follows on the connection is in a transaction of its own again, also after an error. */
async function send(
  client: Client,
  message: QueryConfig & { readonly query_timeout: number },
): Promise<readonly Answer[]> {
  try {
    return (await client.query(message)) as unknown as readonly Answer[]
  } catch (error) {
    // one that can't even be rolled back would refuse all that follows
    if (sqlStateOf(error) !== undefined) await client.query('rollback').catch(() => client.end())
    throw error
  }
}

/** What became of a slice, by what its checkpoint returned: nothing where it was not written. */
export function endOf(claim: SliceClaim, [done]: readonly { readonly speed: number }[] = []): SliceEnd {
  return done === undefined ? { end: 'fenced' } : { end: 'done', rows: claim.rows, speed: done.speed }
}
