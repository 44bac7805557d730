import type { SliceWorkshop } from '../databases/slice-ledger.ts'
import type { Delivery } from '../queues/queue.ts'

/** How a batch stands: `waits` while something limits it to nothing, `rests` when it is over or paused. */
export type Gist = 'goes on' | 'waits' | 'rests'

/** For so long is listened for what happens to a batch. */
export const listenMs = 1_000

export async function gistOf(workshop: Pick<SliceWorkshop, 'state'>): Promise<Gist> {
  const { state, speed } = await workshop.state()
  if (state !== 'running') return 'rests'
  return speed > 0 ? 'goes on' : 'waits'
}

/** A slice that is done, not due or another's is sent again when it is its time; one of a batch that waits comes back. */
export async function passOnHint(delivery: Delivery, gist: Gist): Promise<void> {
  await (gist === 'goes on' ? delivery.ack() : delivery.retry(gist === 'waits' ? listenMs : 0))
}
