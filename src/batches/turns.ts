import { setTimeout as sleep } from 'node:timers/promises'
import type { SliceWorkshop, WorkerPlace } from '../databases/slice-ledger.ts'

const askEveryMs = 1_000
const longestRestMs = 10_000
const shortestCycleMs = 100
// Slices end when they end: with a few in each turn, the turns of two workers hardly overlap.
const slicesInTurn = 2
// The newest slice's in the moving average of how long one takes.
const weight = 0.2

/**
 * A worker's rests. One that is alone rests after every slice. Several take turns, so that as few as can be are at work
 * at the same time: at half of the speed, two workers leave to live traffic the processor that one of them would need.
 */
export class Turns {
  readonly #workshop: Pick<SliceWorkshop, 'place'>
  #place: WorkerPlace | undefined
  #askedAt = Number.NEGATIVE_INFINITY
  #usualMs: number | undefined
  #speed = 0

  constructor(workshop: Pick<SliceWorkshop, 'place'>) {
    this.#workshop = workshop
  }

  /** Whether nothing made it rest after the last slice: not known before the first. */
  get isAtFullSpeed(): boolean {
    return this.#speed >= 1
  }

  /** The batch was stopped, or slowed down, by whoever: how fast it may go is known after the next slice. */
  forget(): void {
    this.#speed = 0
  }

  /** Rests after slices that took so long, at a speed from 0 to 1; not at all at these two. */
  async rest(workedMs: number, speed: number, drain: AbortSignal, slices = 1): Promise<void> {
    this.#speed = speed
    const sliceMs = workedMs / slices
    this.#usualMs = (this.#usualMs ?? sliceMs) * (1 - weight) + sliceMs * weight
    if (speed >= 1 || speed <= 0) return
    const endedAt = performance.now()
    const place = await this.#askForPlace()
    const restMs =
      untilTurn(place, { speed, usualMs: this.#usualMs, at: endedAt + place.clockMs }) ??
      workedMs * (1 / speed - 1)
    const leftMs = Math.min(longestRestMs, restMs) - (performance.now() - endedAt)
    if (leftMs > 0) await sleep(leftMs, undefined, { signal: drain }).catch(() => {})
  }

  /** Its `clockMs` is how far the database's clock is before this process's. */
  async #askForPlace(): Promise<WorkerPlace> {
    const now = performance.now()
    if (this.#place !== undefined && now - this.#askedAt < askEveryMs) return this.#place
    const { clockMs, ...place } = await this.#workshop.place()
    this.#askedAt = now
    this.#place = { ...place, clockMs: clockMs - (now + performance.now()) / 2 }
    return this.#place
  }
}

interface Moment {
  readonly speed: number
  /** How long a slice usually takes. */
  readonly usualMs: number
  /** By the database's clock. */
  readonly at: number
}

/**
 * For how long a worker rests until its turn, 0 within it: a share of each cycle as large as the speed, which begins the
 * later, the higher its rank. `undefined` for one that is alone, or where a cycle would be too long.
 */
export function untilTurn(
  { rank, of }: Pick<WorkerPlace, 'rank' | 'of'>,
  { speed, usualMs, at }: Moment,
): number | undefined {
  if (of < 2) return undefined
  // doubled, not fitted, so that workers whose slices take about as long have the same one
  let cycleMs = shortestCycleMs
  while (cycleMs * speed < usualMs * slicesInTurn) cycleMs *= 2
  if (cycleMs > longestRestMs) return undefined
  const since = at / cycleMs - rank / of
  const share = since - Math.floor(since)
  return share < speed ? 0 : (1 - share) * cycleMs
}
