import { reasonOf } from '../core/errors.ts'
import type { BatchLead, BatchState, Tally } from '../databases/slice-ledger.ts'
import type { Queue, SliceHint } from '../queues/queue.ts'
import { backoff, whileAway } from './backoff.ts'
import type { Limits } from './definition.ts'

/** What a lead works with. */
export interface LeadOptions {
  readonly lead: BatchLead
  /** `undefined` where the slice ledger itself is the queue. */
  readonly queue: Queue | undefined
  readonly definition: string
  readonly limits: Limits
  /** How many rows the next slices get. */
  readonly sliceRows: () => number
  /** Whether that changes as the batch goes: then few slices are planned ahead. */
  readonly isSizeLive: boolean
  /** Lets the workers know how fast they may go. Returns what limits them, in words. */
  readonly pace: (tally: Tally) => Promise<string | undefined>
  /** Plans so many slices and then rests, until somebody says yes. */
  readonly canary: number | undefined
  readonly signal: AbortSignal
  readonly isAway: (error: unknown) => boolean
  /** Tells how far it is. */
  readonly tell: (tally: Tally, waiting: string | undefined) => void
  /** Workers that were not heard of beyond their lease. */
  readonly silent: (workers: readonly string[]) => void
}

/** How a lead ended: with the batch, or before it. */
export type LeadEnd =
  | { readonly state: Exclude<BatchState, 'running'>; readonly tally: Tally; readonly why?: string }
  | { readonly state: 'interrupted'; readonly tally: Tally | undefined }

// Enough for fast workers until the next look, and few enough to be nothing beside the rows.
const fewSlices = { fixed: 500, live: 8 }
const mostAtOnce = { fixed: 256, live: 8 }
const tickMs = 200

/** Slices a batch lazily, hands it on, and sees to it until its end. */
export async function leadBatch(options: LeadOptions): Promise<LeadEnd> {
  const { lead, signal, isAway, tell } = options
  let tally: Tally | undefined
  let times = 0
  const steps = new Steps(options)
  while (!signal.aborted) {
    try {
      tally = await lead.tally()
      const limiting = await options.pace(tally)
      tell(tally, options.queue?.condition() ?? limiting)
      const end = await steps.take(tally)
      if (end !== undefined) return end
      times = 0
      await lead.change(steps.isPlanning ? 1 : tickMs, signal)
    } catch (error) {
      if (!isAway(error)) throw error
      if (tally !== undefined) tell(tally, `waiting: ${reasonOf(error)}`)
      await pause(backoff(times, whileAway), signal)
      times += 1
    }
  }
  return { state: 'interrupted', tally }
}

/** The lead's duties, each when it is due. */
class Steps {
  readonly #options: LeadOptions
  #planned = 0
  #chunk = 1
  #sweptAt = 0
  /** Whether the last step planned as much as it could, so that more is to be done at once. */
  isPlanning = false

  constructor(options: LeadOptions) {
    this.#options = options
  }

  async take(tally: Tally): Promise<LeadEnd | undefined> {
    const { lead } = this.#options
    if (tally.state !== 'running') return this.#wind(tally, tally.state)
    const why = tooManyBuried(tally, this.#options.limits)
    if (why !== undefined) {
      await lead.move('failed')
      return { state: 'failed', tally, why }
    }
    if (this.#isCanaryDone(tally)) {
      await lead.move('paused')
      return { state: 'paused', tally, why: `the first ${tally.slices} slices are done` }
    }
    if (isDone(tally)) {
      await lead.move('finished')
      return { state: 'finished', tally: { ...tally, state: 'finished' } }
    }
    await this.#sweep()
    await this.#plan(tally)
    await this.#send()
    return undefined
  }

  /** Nothing new starts; what is at work may end. */
  async #wind(tally: Tally, state: Exclude<BatchState, 'running'>): Promise<LeadEnd | undefined> {
    await this.#sweep()
    if (tally.claimed > 0 && state === 'paused') return undefined
    return { state, tally, ...(tally.limiting === undefined ? {} : { why: tally.limiting }) }
  }

  async #sweep(): Promise<void> {
    const now = performance.now()
    if (now - this.#sweptAt < this.#options.limits.leaseMs / 8) return
    this.#sweptAt = now
    const silent = await this.#options.lead.sweep()
    if (silent.length > 0) this.#options.silent(silent)
  }

  async #plan(tally: Tally): Promise<void> {
    this.isPlanning = false
    const { lead, canary, sliceRows, isSizeLive } = this.#options
    const kind = isSizeLive ? 'live' : 'fixed'
    if (tally.isPlanned || tally.waiting >= fewSlices[kind]) return
    const most = canary === undefined ? this.#chunk : Math.min(this.#chunk, canary - this.#planned)
    if (most <= 0) return
    const planned = await lead.extend(most, sliceRows())
    this.#planned += planned
    // The first slice is there at once, however long a look for many would take.
    this.#chunk = Math.min(mostAtOnce[kind], this.#chunk * 4)
    this.isPlanning = planned > 0
  }

  #isCanaryDone({ slices, claimed, waiting, isPlanned }: Tally): boolean {
    const { canary } = this.#options
    return (
      canary !== undefined && this.#planned >= canary && slices > 0 && claimed + waiting === 0 && !isPlanned
    )
  }

  async #send(): Promise<void> {
    const { queue, lead, definition, limits } = this.#options
    if (queue === undefined) return
    const due = await lead.unsent(mostSent, Math.max(limits.leaseMs * 2, againMs))
    if (due.length === 0) return
    const hints = due.map((slice): SliceHint => ({ batch: lead.batch, definition, ...slice }))
    const unsent = new Set((await queue.send(hints)).map(({ hint }) => hint.slice))
    await lead.markSent(due.filter(({ slice }) => !unsent.has(slice)))
  }
}

const mostSent = 1_000
// What nobody took up for so long is sent again: the broker may have lost it.
const againMs = 10_000

function isDone({ isPlanned, claimed, waiting }: Tally): boolean {
  return isPlanned && claimed === 0 && waiting === 0
}

function tooManyBuried({ buried, totalRows }: Tally, { buried: limit }: Limits): string | undefined {
  const most = typeof limit === 'number' ? limit : Math.floor((totalRows * Number.parseFloat(limit)) / 100)
  if (buried <= most) return undefined
  return `${buried} rows are buried, and its limit is ${limit}`
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
