import type { OpenSlice, SliceEnd, SliceWorkshop } from '../databases/slice-ledger.ts'
import type { SliceClaim } from '../runs/slice.ts'
import type { Batch } from './definition.ts'
import { idempotencyKey } from './idempotency-key.ts'

/** A handler that did not come back in time. It can't be stopped but with its process. */
export class HandlerHung extends Error {
  override readonly name = 'HandlerHung'
}

/** Carries a slice out: effect and checkpoint commit together, or neither. Throws what the work throws. */
export function workSlice(
  workshop: SliceWorkshop,
  batch: Batch,
  claim: SliceClaim,
  lost: AbortSignal,
): Promise<SliceEnd> {
  const { process } = batch
  return process === undefined ? workshop.apply(claim) : handle(workshop, { ...batch, process }, claim, lost)
}

type Handled = Batch & Required<Pick<Batch, 'process'>>

async function handle(
  workshop: SliceWorkshop,
  { process, params, limits }: Handled,
  claim: SliceClaim,
  lost: AbortSignal,
): Promise<SliceEnd> {
  const slice = await workshop.open(claim)
  const late = new AbortController()
  const signal = AbortSignal.any([late.signal, lost])
  const timer = setTimeout(() => late.abort(), limits.sliceMs)
  try {
    const work = Promise.resolve().then(() =>
      process({
        params,
        rows: slice.rows,
        run: claim.batch,
        signal,
        tx: { query: (text, values) => slice.query(text, values) as never },
        idempotencyKey: (row) => idempotencyKey(claim.batch, slice.keyOf(row)),
      }),
    )
    work.catch(() => {}) // when it fails after it was given up on
    await Promise.race([work, whenLate(signal)])
  } catch (error) {
    if (error instanceof HandlerHung) await workshop.abandon()
    else await rollBack(workshop, slice, error)
    throw error
  } finally {
    clearTimeout(timer)
  }
  return slice.commit()
}

/** A connection that was cut is found out here where a handler has put words of its own for it. */
async function rollBack(workshop: SliceWorkshop, slice: OpenSlice, error: unknown): Promise<void> {
  try {
    await slice.rollback()
  } catch (later) {
    if (workshop.classify(error) === 'rows') throw later
  }
}

const graceMs = 2_000

/** Rejects a little after the signal: a handler that listens to it may end by itself. */
function whenLate(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const hung = () => {
      const message = 'The handler did not come back within its time, nor when it was told to.'
      setTimeout(() => reject(new HandlerHung(message)), graceMs).unref()
    }
    if (signal.aborted) hung()
    else signal.addEventListener('abort', hung, { once: true })
  })
}
