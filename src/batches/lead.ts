import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf } from '../core/errors.ts'
import type { BatchLead, BatchState, Tally } from '../databases/slice-ledger.ts'
import type { Queue } from '../queues/queue.ts'
import { backoff, whileAway } from './backoff.ts'
import type { Limits } from './definition.ts'
import { Horizon } from './horizon.ts'
import { Stall, sendHints } from './send-hints.ts'

/** What a lead works with. */
export interface LeadOptions {
  readonly lead: BatchLead
  /** `undefined` where the slice ledger itself is the queue. */
  readonly queue: Queue | undefined
  readonly definition: string
  readonly limits: Limits
  /** How many rows the next slices get. */
  readonly sliceRows: () => number
  /** Whether that changes as the batch goes: then slices for about a second are planned ahead. */
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
const fewSlices = 1_000
const mostAtOnce = 512
const fewestLive = 8
// So that several workers have something to begin with.
const firstSlices = 4
const tickMs = 200
const nearEndMs = 20

/** Slices a batch lazily, hands it on, and sees to it until its end. */
export async function leadBatch(options: LeadOptions): Promise<LeadEnd> {
  const { lead, signal, isAway, tell } = options
  let tally: Tally | undefined
  let before = 0
  let times = 0
  const steps = new Steps(options)
  while (!signal.aborted) {
    try {
      tally = await lead.tally()
      const limiting = await options.pace(tally)
      tell(tally, options.queue?.condition() ?? waitsFor(steps.refusal) ?? limiting)
      const end = await steps.take(tally)
      if (end !== undefined) return end
      times = 0
      await lead.change(steps.isPlanning ? 1 : untilNextLook(tally, before), signal)
      before = tally.slices
    } catch (error) {
      if (!isAway(error)) throw error
      if (tally !== undefined) tell(tally, `waiting: ${reasonOf(error)}`)
      await sleep(backoff(times, whileAway), undefined, { signal }).catch(() => {})
      times += 1
    }
  }
  return { state: 'interrupted', tally }
}

/** The end is not overlooked for long: when no more is left than was done since the last look, the next is soon. */
function untilNextLook({ isPlanned, claimed, waiting, slices }: Tally, before: number): number {
  return isPlanned && claimed + waiting <= slices - before ? nearEndMs : tickMs
}

function waitsFor(refusal: string | undefined): string | undefined {
  return refusal === undefined ? undefined : `waiting: ${refusal}`
}

/** The lead's duties, each when it is due. */
class Steps {
  readonly #options: LeadOptions
  #planned = 0
  #chunk = firstSlices
  #sweptAt = 0
  readonly #stall = new Stall()
  readonly #horizon = new Horizon({ fewest: fewestLive, most: fewSlices })
  /** Why the queue does not take hints, while it does not. */
  refusal: string | undefined
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
      return {
        state: 'paused',
        tally,
        why: `the first ${tally.slices === 1 ? 'slice is' : `${tally.slices} slices are`} done`,
      }
    }
    if (isDone(tally)) {
      await lead.move('finished')
      return { state: 'finished', tally: { ...tally, state: 'finished' } }
    }
    await this.#sweep()
    await this.#plan(tally)
    await this.#send(tally)
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
    const ahead = isSizeLive ? this.#horizon.see(tally.slices) : fewSlices
    if (tally.isPlanned || tally.waiting >= ahead) return
    const most = canary === undefined ? this.#chunk : Math.min(this.#chunk, canary - this.#planned)
    if (most <= 0) return
    const planned = await lead.extend(most, sliceRows())
    this.#planned += planned
    // The first slices are there at once, however long a look for many would take.
    this.#chunk = Math.min(mostAtOnce, ahead, this.#chunk * 4)
    this.isPlanning = planned > 0
  }

  #isCanaryDone({ claimed, waiting, isPlanned }: Tally): boolean {
    const { canary } = this.#options
    return canary !== undefined && this.#planned >= canary && claimed + waiting === 0 && !isPlanned
  }

  async #send(tally: Tally): Promise<void> {
    const { queue } = this.#options
    if (queue === undefined) return
    const why = await sendHints(this.#options, queue, this.#stall.resendAfterMs(tally))
    if (why !== undefined) this.#stall.refused()
    this.refusal = why ?? (this.#stall.isRefused ? this.refusal : undefined)
  }
}

function isDone({ isPlanned, claimed, waiting }: Tally): boolean {
  return isPlanned && claimed === 0 && waiting === 0
}

function tooManyBuried({ buried, totalRows }: Tally, { buried: limit }: Limits): string | undefined {
  const most = typeof limit === 'number' ? limit : Math.floor((totalRows * Number.parseFloat(limit)) / 100)
  if (buried <= most) return undefined
  return `${buried} rows are buried, and its limit is ${limit}`
}
