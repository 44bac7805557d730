import type { Delivery, Queue } from '../queues/queue.ts'
import type { SliceClaim } from '../runs/slice.ts'
import type { Bench } from './bench.ts'
import { type Gist, gistOf, listenMs, passOnHint } from './gist.ts'
import type { Ahead } from './leases.ts'
import { Patience } from './patience.ts'
import { type TryEnd, trySlices } from './try-slices.ts'
import { HandlerHung } from './work-slice.ts'

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
  if (claim === undefined) return passOn(options, bench, [delivery])
  const more = delivery.claim === undefined || bench !== own ? [] : await takeMore(options, claim)
  return workAndSettle(options, bench, [{ delivery, claim }, ...more])
}

/** A hint, and the claim of its slice. */
interface Taken {
  readonly delivery: Delivery
  readonly claim: SliceClaim
}

// A throttle that slows down takes effect after these.
const mostTogether = 16

/**
 * What was claimed ahead and can go to the database with this one: by statement, at full speed (else there is a rest
 * after each), and nothing that has failed before.
 */
async function takeMore({ own, queue }: WorkerOptions, claim: SliceClaim): Promise<readonly Taken[]> {
  const { batch, turns, workshop } = own
  const fits = (one: SliceClaim) => one.tries === 0 && workshop.goesWithOthers(one)
  if (batch.process !== undefined || !turns.isAtFullSpeed || !fits(claim)) return []
  const ahead = (queue.ahead ?? []).slice(0, mostTogether - 1)
  const unfit = ahead.findIndex((one) => !fits(one))
  const most = unfit === -1 ? ahead.length : unfit
  const more = most === 0 ? [] : await queue.receiveMore(most, batch.limits.leaseMs)
  return more.flatMap((delivery) =>
    delivery.claim === undefined ? [] : [{ delivery, claim: delivery.claim }],
  )
}

async function passOn(
  { own, drain }: WorkerOptions,
  bench: Bench,
  deliveries: readonly Delivery[],
): Promise<Gist> {
  const gist = await gistOf(bench.workshop)
  // what a worker that ends has given back comes again when it lets go of the queue
  if (!drain.aborted) await Promise.all(deliveries.map((delivery) => passOnHint(delivery, gist)))
  return bench === own ? gist : 'goes on'
}

async function workAndSettle(options: WorkerOptions, bench: Bench, taken: readonly Taken[]): Promise<Gist> {
  const begun = performance.now()
  const ends = await trySlices(
    bench,
    taken.map(({ claim }) => claim),
    options,
  )
  const workedMs = performance.now() - begun
  const away = ends.find((end) => nameOf(end) === 'away')
  const fenced = away === undefined ? taken.filter((_, at) => nameOf(ends[at]) === 'fenced') : []
  await Promise.all(taken.map((one) => (fenced.includes(one) ? undefined : one.delivery.ack())))
  if (typeof away === 'object' && away.end === 'away') throw away.error
  if (fenced.length > 0) return await standBack(options, bench, fenced)
  await keepPace(options, bench, taken, ends, workedMs)
  return 'goes on'
}

function nameOf(end: TryEnd | undefined): string | undefined {
  return typeof end === 'string' ? end : end?.end
}

/** The batch rests, or waits for something; or this worker was overtaken. */
async function standBack(options: WorkerOptions, bench: Bench, fenced: readonly Taken[]): Promise<Gist> {
  bench.turns.forget()
  await giveAllBack(options, bench, fenced)
  return await passOn(
    options,
    bench,
    fenced.map(({ delivery }) => delivery),
  )
}

/** How long slices took tells something only where all of them were done. */
async function keepPace(
  { drain }: WorkerOptions,
  bench: Bench,
  taken: readonly Taken[],
  ends: readonly TryEnd[],
  workedMs: number,
): Promise<void> {
  const done = ends.flatMap((end) => (typeof end !== 'string' && end.end === 'done' ? [end] : []))
  const last = done.at(-1)
  if (last === undefined || done.length < ends.length) return
  const rows = taken.reduce((sum, { claim }) => sum + claim.rows, 0)
  await bench.pace?.add(rows, workedMs)
  await bench.turns.rest(workedMs, last.speed, drain, done.length)
}

async function giveAllBack(
  { own, queue }: WorkerOptions,
  bench: Bench,
  fenced: readonly Taken[],
): Promise<void> {
  const ahead = bench === own ? (queue.ahead ?? []) : []
  queue.forget?.(ahead.map(({ slice }) => slice))
  await bench.workshop.giveBack([...fenced.map(({ claim }) => claim), ...ahead])
}
