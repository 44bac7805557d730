import { median } from '../harness.ts'

/** Something that takes time, and says how much of it counts, in milliseconds: what it makes ready and clears away does not. */
export interface Side {
  readonly name: string
  time(): Promise<number>
}

/** One side beside another; ratios are those of single rounds. */
export interface Comparison {
  readonly name: string
  readonly measured: string
  readonly baseline: string
  /** Medians over the rounds. */
  readonly measuredMs: number
  readonly baselineMs: number
  /** How many times as long it takes: the median, and that of each round. */
  readonly times: number
  readonly ratios: readonly number[]
  /** How many times as long it may take; missing where nothing was promised. */
  readonly timesAtMost?: number
}

/** What each side took, round by round. */
export type Race = ReadonlyMap<Side, readonly number[]>

/** Runs every side in every round, in another order each time, so that all meet the same machine; the first is discarded. */
export async function race(
  sides: readonly Side[],
  rounds: number,
  tell: (progress: string) => void,
): Promise<Race> {
  const took = new Map<Side, number[]>(sides.map((side) => [side, []]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const side of rotated(sides, round)) {
      const ms = await side.time()
      tell(`round ${round}: ${side.name}, ${ms.toFixed(1)} ms`)
      if (round > 0) took.get(side)?.push(ms)
    }
  }
  return took
}

/** Holds one side against another, and against what was promised. */
export function compare(
  name: string,
  took: Race,
  { measured, baseline, timesAtMost }: { measured: Side; baseline: Side; timesAtMost?: number },
): Comparison {
  const [its, others] = [took.get(measured) ?? [], took.get(baseline) ?? []]
  const ratios = its.map((ms, round) => ms / (others[round] ?? Number.NaN))
  return {
    name,
    measured: measured.name,
    baseline: baseline.name,
    measuredMs: median(its),
    baselineMs: median(others),
    times: median(ratios),
    ratios,
    ...(timesAtMost === undefined ? {} : { timesAtMost }),
  }
}

function rotated<T>(all: readonly T[], by: number): readonly T[] {
  const at = by % all.length
  return [...all.slice(at), ...all.slice(0, at)]
}

/** How long it takes, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
