import type { Client, QueryConfig, QueryResult } from 'pg'
import type { SliceClaim } from '../../../runs/slice.ts'
import type { SliceEnd } from '../../slice-ledger.ts'
import { sqlStateOf } from '../sql-state.ts'
import { execution, isPlain, prepareOn } from './prepared.ts'
import type { Rendered } from './render.ts'
import type { Session } from './session.ts'

/** Whether slices can be done in series: they have both bounds, and their statement no value but plain ones. */
export function takesSeries(statement: Rendered, claims: readonly SliceClaim[]): boolean {
  return claims.every((claim) => claim.lower !== undefined && valuesOf(statement, claim).every(isPlain))
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
    const calls = claims.map((claim) => execution(client, valuesOf(statement, claim)))
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
    if (sqlStateOf(error) !== undefined) await client.query('rollback').catch(() => {})
    throw error
  }
}

function valuesOf(statement: Rendered, claim: SliceClaim): readonly unknown[] {
  return statement.bind(claim).values ?? []
}

/** What became of a slice, by what its checkpoint returned: nothing where it was not written. */
export function endOf(claim: SliceClaim, [done]: readonly { readonly speed: number }[] = []): SliceEnd {
  return done === undefined ? { end: 'fenced' } : { end: 'done', rows: claim.rows, speed: done.speed }
}
