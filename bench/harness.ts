/** Something that can be timed: it resolves when it is done. */
export interface Side {
  readonly name: string
  run(): Promise<void>
}

/** How much slower than its baseline something may be. */
export interface Goal {
  /** 1 unless stated. */
  readonly timesAtMost?: number
  /** Beside that; 0 unless stated. */
  readonly addsAtMostMs?: number
}

export interface Comparison {
  readonly name: string
  readonly baseline: Side
  readonly measured: Side
  readonly goal: Goal
  /** How many rounds count; one more is run before them and discarded. */
  readonly rounds: number
}

/** Medians over the rounds; `times` and `addsMs` are medians of what each round said, not made from other medians. */
export interface Result {
  readonly name: string
  readonly measured: string
  readonly baseline: string
  readonly goal: Goal
  readonly rounds: number
  readonly baselineMs: number
  readonly measuredMs: number
  readonly times: number
  readonly addsMs: number
  readonly isWithinGoal: boolean
}

interface Round {
  readonly baselineMs: number
  readonly measuredMs: number
}

/** Runs both sides in every round, so that both meet the same machine, and takes turns at who goes first. */
export async function compare(comparison: Comparison): Promise<Result> {
  const { name, baseline, measured, goal } = comparison
  const rounds: Round[] = []
  for (let n = 0; n <= comparison.rounds; n += 1) rounds.push(await runRound(comparison, n % 2 === 0))
  const counted = rounds.slice(1)
  const times = median(counted.map((round) => round.measuredMs / round.baselineMs))
  const addsMs = median(counted.map((round) => round.measuredMs - round.baselineMs))
  return {
    name,
    measured: measured.name,
    baseline: baseline.name,
    goal,
    rounds: counted.length,
    baselineMs: median(counted.map(({ baselineMs }) => baselineMs)),
    measuredMs: median(counted.map(({ measuredMs }) => measuredMs)),
    times,
    addsMs,
    isWithinGoal: median(counted.map((round) => overGoal(round, goal))) <= 0,
  }
}

/** By how many milliseconds a round is over what it may take. */
function overGoal({ baselineMs, measuredMs }: Round, { timesAtMost = 1, addsAtMostMs = 0 }: Goal): number {
  return measuredMs - timesAtMost * baselineMs - addsAtMostMs
}

async function runRound({ baseline, measured }: Comparison, baselineFirst: boolean): Promise<Round> {
  if (baselineFirst) return { baselineMs: await time(baseline), measuredMs: await time(measured) }
  const measuredMs = await time(measured)
  return { baselineMs: await time(baseline), measuredMs }
}

async function time(side: Side): Promise<number> {
  const started = performance.now()
  await side.run()
  return performance.now() - started
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
  return (lower + upper) / 2
}
