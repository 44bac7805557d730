import { reasonOf } from '../core/errors.ts'
import type { SliceEnd } from '../databases/slice-ledger.ts'
import type { Delivery, Queue } from '../queues/queue.ts'
import type { SliceClaim } from '../runs/slice.ts'
import type { Bench } from './bench.ts'
import { type Gist, gistOf, listenMs, passOnHint } from './gist.ts'
import type { Ahead } from './leases.ts'
import { Patience } from './patience.ts'
import { type Settled, settleFailure, settleWornOut } from './settle-slice.ts'
import { HandlerHung, workSlice } from './work-slice.ts'

/** What a worker works with. */
export interface WorkerOptions {
  /** The batch that it is for: it ends when that is over or rests. */
  readonly own: Bench
  /** Another batch whose hint came over the same queue: `over`, or `foreign` where this worker can't do it. */
  readonly other: (batch: string) => Promise<Bench | 'over' | 'foreign'>
  /** Where it hears of slices, and which of them it has claimed ahead. */
  readonly queue: Queue & Ahead
  /** Given when it is to end within the slice at work. */
  readonly drain: AbortSignal
  /** Whether it ends after a while without work. */
  readonly mayLeave: boolean
  /** Tells a person what it waits for; `undefined` when it goes on. */
  readonly say: (what: string | undefined) => void
}

// So many times in a row without a word.
const longestIdle = 5

/** Works on slices until its own batch is over or rests, or it is drained. Throws `HandlerHung`. */
export async function workOnBatch(options: WorkerOptions): Promise<void> {
  const { own, queue, drain } = options
  const patience = new Patience(options)
  for (let idle = 0; !drain.aborted && !(options.mayLeave && idle >= longestIdle); ) {
    try {
      const delivery = await queue.receive({ leaseMs: own.batch.limits.leaseMs, waitMs: listenMs }, drain)
      const gist = delivery === undefined ? await gistOf(own.workshop) : await takeOn(options, delivery)
      if (gist === 'rests') return
      idle = delivery === undefined && gist === 'goes on' ? idle + 1 : 0
      if (gist === 'waits') await own.workshop.change(listenMs, drain)
      patience.end()
    } catch (error) {
      if (error instanceof HandlerHung) throw error
      await patience.wait(error)
    }
  }
}

async function takeOn(options: WorkerOptions, delivery: Delivery): Promise<Gist> {
  const { own, other } = options
  const { hint } = delivery
  const bench = hint.batch === own.id ? own : await other(hint.batch)
  if (bench === 'over') {
    await delivery.ack()
    return 'goes on'
  }
  if (bench === 'foreign' || (delivery.claim === undefined && hint.definition !== bench.definition)) {
    await delivery.retry(listenMs) // for a worker that has its task
    return 'goes on'
  }
  const isRisky = bench.batch.process !== undefined
  const [claim] =
    delivery.claim === undefined ? await bench.workshop.claimThese([hint], isRisky) : [delivery.claim]
  return claim === undefined
    ? passOn(options, bench, delivery)
    : workAndSettle(options, bench, delivery, claim)
}

async function passOn({ own }: WorkerOptions, bench: Bench, delivery: Delivery): Promise<Gist> {
  const gist = await gistOf(bench.workshop)
  await passOnHint(delivery, gist)
  return bench === own ? gist : 'goes on'
}

async function workAndSettle(
  options: WorkerOptions,
  bench: Bench,
  delivery: Delivery,
  claim: SliceClaim,
): Promise<Gist> {
  const begun = performance.now()
  const end = await tryOn(options, bench, claim)
  if (typeof end === 'string' || end.end !== 'fenced') await delivery.ack()
  if (typeof end === 'string') return 'goes on'
  if (end.end === 'away') throw end.error
  if (end.end === 'fenced') {
    await giveAllBack(options, bench, claim)
    return passOn(options, bench, delivery)
  }
  const workedMs = performance.now() - begun
  await bench.pace?.add(claim.rows, workedMs)
  await bench.turns.rest(workedMs, end.speed, options.drain)
  return 'goes on'
}

/** The batch rests, or waits for something; or this worker was overtaken. */
async function giveAllBack({ own, queue }: WorkerOptions, bench: Bench, claim: SliceClaim): Promise<void> {
  const ahead = bench === own ? (queue.ahead ?? []) : []
  queue.forget?.(ahead.map(({ slice }) => slice))
  await bench.workshop.giveBack([claim, ...ahead])
}

/** One try at a slice, and what follows from its end. Throws only while the database is away, or for good. */
async function tryOn(
  options: WorkerOptions,
  bench: Bench,
  claim: SliceClaim,
): Promise<SliceEnd | Settled | PutBack> {
  const { workshop, batch, leases } = bench
  const { lost, release } = leases.hold(claim)
  try {
    return (await settleWornOut(bench, claim)) ?? (await workSlice(workshop, batch, claim, lost))
  } catch (error) {
    const settled = await settle(options, bench, claim, error)
    if (error instanceof HandlerHung) throw error
    return settled
  } finally {
    release()
  }
}

/** The slice waits for its next try; the server that can be asked may still be full or read-only. */
interface PutBack {
  readonly end: 'away'
  readonly error: unknown
}

/** An answer that was lost says nothing: the ledger does, as soon as it can be asked. */
async function settle(
  options: WorkerOptions,
  bench: Bench,
  claim: SliceClaim,
  error: unknown,
): Promise<SliceEnd | Settled | PutBack> {
  const { workshop } = bench
  const patience = new Patience(options)
  for (;;) {
    try {
      if (workshop.classify(error) !== 'away') return await settleFailure(bench, claim, error)
      const outcome = await workshop.outcomeOf(claim)
      if (outcome !== 'unknown') return outcome
      await workshop.fail(claim, { message: bench.redact(reasonOf(error)), counts: false, delayMs: 0 })
      return { end: 'away', error }
    } catch (later) {
      if (workshop.classify(later) !== 'away' || options.drain.aborted) throw later
      await patience.wait(later)
    }
  }
}
