import { reasonOf } from '../core/errors.ts'
import type { SliceEnd } from '../databases/slice-ledger.ts'
import type { SliceClaim } from '../runs/slice.ts'
import type { Bench } from './bench.ts'
import { Patience } from './patience.ts'
import { type Settled, settleFailure, settleWornOut } from './settle-slice.ts'
import { HandlerHung, workSlice } from './work-slice.ts'

interface TryOptions {
  /** Given when the worker is to end within the slice at work. */
  readonly drain: AbortSignal
  /** Tells a person what it waits for; `undefined` when it goes on. */
  readonly say: (what: string | undefined) => void
}

/** What became of a try at a slice. */
export type TryEnd = SliceEnd | Settled | PutBack

/** The slice waits for its next try; the server that can be asked may still be full or read-only. */
interface PutBack {
  readonly end: 'away'
  readonly error: unknown
}

/**
 * One try at each of these slices, and what follows from its end; several go to the database together, as only those of
 * a statement may. Throws only while the database is away, or for good.
 */
export async function trySlices(
  bench: Bench,
  claims: readonly SliceClaim[],
  options: TryOptions,
): Promise<readonly TryEnd[]> {
  const [only, ...more] = claims
  if (only !== undefined && more.length === 0) return [await trySlice(bench, only, options)]
  const { workshop, leases } = bench
  const { drain } = options
  const held = claims.map((claim) => leases.hold(claim))
  // what is not begun then finds itself fenced
  const letGo = () => void workshop.giveBack(claims).catch(() => {})
  drain.addEventListener('abort', letGo)
  try {
    return await workshop.applyEach(claims)
  } catch (error) {
    return await sortOut(bench, claims, error, options)
  } finally {
    drain.removeEventListener('abort', letGo)
    for (const { release } of held) release()
  }
}

async function trySlice(bench: Bench, claim: SliceClaim, options: TryOptions): Promise<TryEnd> {
  const { workshop, batch, leases } = bench
  const { lost, release } = leases.hold(claim)
  try {
    return (await settleWornOut(bench, claim)) ?? (await workSlice(workshop, batch, claim, lost))
  } catch (error) {
    const settled = await settle(bench, claim, error, options)
    if (error instanceof HandlerHung) throw error
    return settled
  } finally {
    release()
  }
}

/** Whose error it was is found out by trying each alone that is not done. */
async function sortOut(
  bench: Bench,
  claims: readonly SliceClaim[],
  error: unknown,
  options: TryOptions,
): Promise<readonly TryEnd[]> {
  const ends: TryEnd[] = []
  for (const claim of claims) {
    const end = await endUnlessOpen(bench, claim, error, options)
    ends.push(end === 'unknown' ? await trySlice(bench, claim, options) : end)
  }
  return ends
}

/** Of a slice that may be done; one that the database can't be asked about is put back as soon as it can. */
async function endUnlessOpen(
  bench: Bench,
  claim: SliceClaim,
  error: unknown,
  options: TryOptions,
): Promise<TryEnd | 'unknown'> {
  const { workshop } = bench
  try {
    if (workshop.classify(error) === 'away') return await settle(bench, claim, error, options)
    return await workshop.outcomeOf(claim)
  } catch (later) {
    if (workshop.classify(later) !== 'away' || options.drain.aborted) throw later
    return settle(bench, claim, later, options)
  }
}

/** An answer that was lost says nothing: the ledger does, as soon as it can be asked. */
async function settle(bench: Bench, claim: SliceClaim, error: unknown, options: TryOptions): Promise<TryEnd> {
  const { workshop, redact } = bench
  const patience = new Patience(options)
  for (;;) {
    try {
      if (workshop.classify(error) !== 'away') return await settleFailure(bench, claim, error)
      const outcome = await workshop.outcomeOf(claim)
      if (outcome !== 'unknown') return outcome
      await workshop.fail(claim, { message: redact(reasonOf(error)), counts: false, delayMs: 0 })
      return { end: 'away', error }
    } catch (later) {
      if (workshop.classify(later) !== 'away' || options.drain.aborted) throw later
      await patience.wait(later)
    }
  }
}
