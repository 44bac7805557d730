import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf } from '../core/errors.ts'
import type { SliceEnd, SliceWorkshop } from '../databases/slice-ledger.ts'
import type { Delivery, Queue } from '../queues/queue.ts'
import type { SliceClaim } from '../runs/slice.ts'
import { backoff, whileAway } from './backoff.ts'
import type { Batch } from './definition.ts'
import { Leases } from './leases.ts'
import type { PaceKeeper } from './pace-keeper.ts'
import { type Settled, settleFailure, settleWornOut } from './settle-slice.ts'
import { HandlerHung, workSlice } from './work-slice.ts'

/** What a worker works with. */
export interface WorkerOptions {
  readonly workshop: SliceWorkshop
  /** Where it hears of slices, and which of them it has claimed ahead. */
  readonly queue: Queue & { readonly ahead?: readonly SliceClaim[]; forget?(slices: readonly number[]): void }
  readonly batch: Batch
  readonly definition: string
  readonly pace: PaceKeeper
  /** Given when it is to end within the slice at work. */
  readonly drain: AbortSignal
  /** Tells a person what it waits for; `undefined` when it goes on. */
  readonly say: (what: string | undefined) => void
}

const listenMs = 1_000

/** Works on a batch's slices until it is over or rests, or this worker is drained. Throws `HandlerHung`. */
export async function workOnBatch(options: WorkerOptions): Promise<void> {
  const { workshop, queue, batch, drain } = options
  await using leases = new Leases(workshop, batch.limits.leaseMs, queue)
  const patience = new Patience(options)
  while (!drain.aborted) {
    try {
      const delivery = await queue.receive({ leaseMs: batch.limits.leaseMs, waitMs: listenMs }, drain)
      if (delivery === undefined) {
        if (await isOver(workshop)) return
      } else await takeOn(options, leases, delivery)
      patience.end()
    } catch (error) {
      if (error instanceof HandlerHung) throw error
      await patience.wait(error)
    }
  }
}

async function isOver(workshop: SliceWorkshop): Promise<boolean> {
  const { state } = await workshop.state()
  return state !== 'running'
}

async function takeOn(options: WorkerOptions, leases: Leases, delivery: Delivery): Promise<void> {
  const { workshop, batch, definition, drain } = options
  const { hint } = delivery
  if (delivery.claim === undefined && hint.definition !== definition) return delivery.retry(listenMs)
  const isRisky = batch.process !== undefined
  const claim = delivery.claim ?? (await workshop.claimOne(hint.slice, hint.generation, isRisky))
  // done, not due yet, or another's: the ledger sends it again when it is its time
  if (claim === undefined) return delivery.ack()
  const begun = performance.now()
  const end = await tryOn(options, leases, claim)
  await delivery.ack()
  if (typeof end !== 'string' && end.end === 'done') {
    const workedMs = performance.now() - begun
    await options.pace.add(claim.rows, workedMs)
    await rest(workedMs, end.speed, drain)
  }
  if (typeof end !== 'string' && end.end === 'fenced') await giveAllBack(options, claim)
}

/** The batch rests, or waits for something; or this worker was overtaken. */
async function giveAllBack({ workshop, queue }: WorkerOptions, claim: SliceClaim): Promise<void> {
  const ahead = queue.ahead ?? []
  queue.forget?.(ahead.map(({ slice }) => slice))
  await workshop.giveBack([claim, ...ahead])
}

/** One try at a slice, and what follows from its end. Throws only while the database is away, or for good. */
async function tryOn(options: WorkerOptions, leases: Leases, claim: SliceClaim): Promise<SliceEnd | Settled> {
  const { workshop, batch } = options
  const { lost, release } = leases.hold(claim)
  try {
    return (
      (await settleWornOut(workshop, claim, batch.limits.tries)) ??
      (await workSlice(workshop, batch, claim, lost))
    )
  } catch (error) {
    const settled = await settle(options, claim, error)
    if (error instanceof HandlerHung) throw error
    return settled
  } finally {
    release()
  }
}

/** An answer that was lost says nothing: the ledger does, as soon as it can be asked. */
async function settle(
  options: WorkerOptions,
  claim: SliceClaim,
  error: unknown,
): Promise<SliceEnd | Settled> {
  const { workshop, batch, drain } = options
  const patience = new Patience(options)
  let failure = error
  for (;;) {
    try {
      if (workshop.classify(failure) !== 'away')
        return await settleFailure(workshop, claim, failure, batch.limits.tries)
      const outcome = await workshop.outcomeOf(claim)
      if (outcome !== 'unknown') return outcome
      await workshop.fail(claim, { message: reasonOf(failure), counts: false, delayMs: 0 })
      return 'retried'
    } catch (later) {
      if (workshop.classify(later) !== 'away' || drain.aborted) throw later
      failure = error
      await patience.wait(later)
    }
  }
}

/** A duty cycle: at half speed it rests as long as it worked. */
async function rest(workedMs: number, speed: number, drain: AbortSignal): Promise<void> {
  if (speed >= 1 || speed <= 0) return
  const restMs = Math.min(longestRestMs, workedMs * (1 / speed - 1))
  await sleep(restMs, undefined, { signal: drain }).catch(() => {})
}

const longestRestMs = 10_000

/** Waits longer each time, and says what for. */
class Patience {
  readonly #options: WorkerOptions
  #times = 0

  constructor(options: WorkerOptions) {
    this.#options = options
  }

  async wait(error: unknown): Promise<void> {
    const { say, drain } = this.#options
    say(`waiting: ${reasonOf(error)}`)
    await sleep(backoff(this.#times, whileAway), undefined, { signal: drain }).catch(() => {})
    this.#times += 1
  }

  end(): void {
    if (this.#times === 0) return
    this.#times = 0
    this.#options.say(undefined)
  }
}
