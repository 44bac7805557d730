import type { BatchLead, Tally } from '../databases/slice-ledger.ts'
import type { Queue, SliceHint } from '../queues/queue.ts'

const mostSent = 1_000
// After so long without a slice at work, hints must have been lost; longer each time, for there may be no workers.
const firstMs = 5_000
const mostMs = 300_000
// A queue that does not take hints has had its own time for it already.
const refusedMs = 1_000

/** Sends a hint for each slice that is due and was not sent, or not for so long. Returns why the queue did not take some. */
export async function sendHints(
  { lead, definition }: { readonly lead: BatchLead; readonly definition: string },
  queue: Queue,
  resendAfterMs: number | undefined,
): Promise<string | undefined> {
  const due = await lead.unsent(mostSent, resendAfterMs)
  if (due.length === 0) return undefined
  const hints = due.map((slice): SliceHint => ({ batch: lead.batch, definition, ...slice }))
  const refused = await queue.send(hints)
  const unsent = new Set(refused.map(({ hint }) => hint.slice))
  await lead.markSent(due.filter(({ slice }) => !unsent.has(slice)))
  return refused[0]?.why
}

/**
 * Tells when hints are to be sent again. While slices are being worked on, hints arrive, and more of them would only
 * pile up; when nothing moves although slices wait, the broker may have lost them.
 */
export class Stall {
  readonly #now: () => number
  #seen = ''
  #since: number
  #afterMs = firstMs

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#since = now()
  }

  /** Whether the queue did not take them the last time, and nothing moved since. */
  isRefused = false

  /** The queue did not take them: that says nothing of whether there are workers, and it is asked again soon. */
  refused(): void {
    this.isRefused = true
    this.#since = this.#now() - firstMs + refusedMs
    this.#afterMs = firstMs
  }

  /** How old a hint must be to be sent again; `undefined` while none is. */
  resendAfterMs({ slices, claimed, waiting, buried }: Tally): number | undefined {
    const seen = [slices, claimed, buried].join()
    const moves = seen !== this.#seen || claimed > 0 || waiting === 0
    this.#seen = seen
    if (moves) {
      this.isRefused = false
      this.#since = this.#now()
      this.#afterMs = firstMs
      return undefined
    }
    if (this.#now() - this.#since < this.#afterMs) return undefined
    this.isRefused = false
    const age = this.#afterMs
    this.#since = this.#now()
    this.#afterMs = Math.min(mostMs, age * 2)
    return age
  }
}
