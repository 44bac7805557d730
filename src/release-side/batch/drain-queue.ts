import type { Queue } from '../../queues/queue.ts'

const leaseMs = 10_000
// The first may have to wait for a connection: this side has only sent so far.
const firstWaitMs = 1_000
const waitMs = 200

/** Takes what is left of a batch that is over from a queue that others use too: copies, and what was sent again. */
export async function drainQueue(queue: Queue, batch: string): Promise<void> {
  for (let isFirst = true; ; isFirst = false) {
    const delivery = await queue.receive({ leaseMs, waitMs: isFirst ? firstWaitMs : waitMs })
    if (delivery === undefined) return
    if (delivery.hint.batch !== batch) return delivery.retry(0)
    await delivery.ack()
  }
}
