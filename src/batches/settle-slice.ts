import { reasonOf } from '../core/errors.ts'
import type { SliceEnd } from '../databases/slice-ledger.ts'
import type { SliceClaim } from '../runs/slice.ts'
import { afterConflict, afterError, backoff } from './backoff.ts'
import type { Bench } from './bench.ts'
import { HandlerHung } from './work-slice.ts'

/** What became of a slice's try. */
export type Settled = SliceEnd['end'] | 'retried' | 'halved' | 'buried' | 'hopeless'

/**
 * Does with a failed try what its error says: again later, in halves, or buried. Throws when the database is away: then
 * nobody knows yet, and the ledger is asked once it is back.
 */
export async function settleFailure(
  { workshop, batch, redact }: Bench,
  claim: SliceClaim,
  error: unknown,
): Promise<Settled> {
  const { tries } = batch.limits
  const message = redact(reasonOf(error))
  const retry = async (counts: boolean, delayMs: number): Promise<Settled> => {
    await workshop.fail(claim, { message, counts, delayMs })
    return 'retried'
  }
  // halves are tried once more each: all that their rows have failed in together is known
  const halve = () => workshop.halve(claim, message, { halves: tries - 1, tried: claim.tries + 1 })
  const isWornOut = claim.tries + 1 >= tries
  switch (error instanceof HandlerHung ? 'timeout' : workshop.classify(error)) {
    case 'away':
      throw error
    case 'hopeless':
      await workshop.giveUp(message)
      return retry(false, 0)
    case 'conflict':
      if (isWornOut && claim.rows > 1) return halve()
      // a lone row in somebody's way is no poison, and waits for as long as it takes
      return retry(!isWornOut, backoff(claim.tries, afterConflict))
    case 'timeout':
      if (claim.rows > 1 || isWornOut) return halve()
      return retry(true, backoff(claim.tries, afterError))
    case 'rows':
      if (isWornOut) return halve()
      return retry(true, backoff(claim.tries, afterError))
  }
}

/**
 * What was tried often enough before it got here: its workers died over it, and could not say so. Returns `undefined`
 * for a slice that may be tried.
 */
export async function settleWornOut(
  { workshop, batch }: Bench,
  claim: SliceClaim,
): Promise<Settled | undefined> {
  const { tries } = batch.limits
  if (claim.tries < tries) return undefined
  const message = claim.error ?? 'its worker ended over it'
  return workshop.halve(claim, message, { halves: tries - 1, tried: claim.tries })
}
