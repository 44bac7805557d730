import type { SliceHint, Unsent } from '../queue.ts'
import { batchesOf, type Outgoing } from './batches.ts'
import type { SqsCalls } from './calls.ts'
import { settle } from './entries.ts'

/** Batch calls in flight at once. */
const lanes = 8

interface Sending {
  readonly calls: SqsCalls
  readonly isFifo: boolean
  readonly withinMs: number
  readonly signal: AbortSignal
}

/** Sends hints, and returns those that were not taken for certain in that time. */
export async function sendHints(hints: readonly SliceHint[], sending: Sending): Promise<readonly Unsent[]> {
  const until = performance.now() + sending.withinMs
  const batches = batchesOf(hints, sending.isFifo).values()
  const unsent: Unsent[] = []
  const lane = async () => {
    for (const batch of batches) unsent.push(...(await sendBatch(batch, sending, until)))
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return unsent
}

async function sendBatch(
  batch: readonly Outgoing[],
  { calls, signal }: Sending,
  until: number,
): Promise<readonly Unsent[]> {
  const leftMs = until - performance.now()
  if (signal.aborted) return batch.map(({ hint }) => ({ hint, why: 'the queue is closed' }))
  if (leftMs <= 0) return batch.map(({ hint }) => ({ hint, why: 'there was no time left to send it' }))
  const faults = await settle(
    batch.map(({ entry }) => entry),
    (entries, withinMs) => calls.send(entries, withinMs),
    leftMs,
    signal,
  )
  return faults.flatMap(({ id, why }) => {
    const hint = batch[Number(id)]?.hint
    return hint === undefined ? [] : [{ hint, why }]
  })
}
