import { median } from '../../harness.ts'
import type { Contender, Stage } from '../contenders/contender.ts'
import { Helper } from '../helpers/helper.ts'
import type { Work } from '../work.ts'

/** One side's figures. */
export interface Speed {
  readonly name: string
  readonly guarantee: Contender['guarantee']
  readonly sliceRows: number
  /** Medians over the rounds that count; the ratio is the median of what each round said: 1 is as fast as the first side. */
  readonly ratio: number
  readonly ms: number
  readonly ratios: readonly number[]
  /** Rounds in which a row was not done exactly once. They don't count. */
  readonly void: number
  /** How many slices it was tried on, where its time is scaled. */
  readonly sampled?: number
}

interface Measured {
  readonly ms: number
  readonly wrong: number
}

/**
 * Runs every side in every round, in another order each time, so that all meet the same machine; the first round is
 * discarded. The first side is what the others are compared with.
 */
export async function compareSpeeds(
  stage: Stage,
  sides: readonly Contender[],
  work: Work,
  rounds: number,
  tell: (progress: string) => void,
): Promise<readonly Speed[]> {
  const measured: ReadonlyMap<Contender, Measured>[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const results = new Map<Contender, Measured>()
    for (const side of rotated(sides, round)) {
      const result = await measure(stage, side, work)
      results.set(side, result)
      tell(`round ${round}: ${side.name}, ${Math.round(result.ms)} ms${describeWrong(result)}`)
    }
    if (round > 0) measured.push(results)
  }
  return sides.map((side) => speedOf(side, sides[0], work, measured))
}

const longestMs = 900_000

async function measure(stage: Stage, side: Contender, { rows, sliceRows }: Work): Promise<Measured> {
  const sampled = Math.min(rows, (side.sample ?? Number.POSITIVE_INFINITY) * sliceRows)
  const work = { rows: sampled, sliceRows }
  await stage.table.calm()
  const late = setTimeout(() => Helper.killAll(), longestMs)
  const ms = await side.run(stage, work).finally(() => clearTimeout(late))
  return { ms: (ms * rows) / sampled, wrong: await stage.table.check(work) }
}

function speedOf(
  side: Contender,
  first: Contender | undefined,
  { rows, sliceRows }: Work,
  rounds: readonly ReadonlyMap<Contender, Measured>[],
): Speed {
  const pairs = rounds.flatMap((round) => {
    const [one, base] = [round.get(side), first === undefined ? undefined : round.get(first)]
    return one === undefined || base === undefined || one.wrong + base.wrong > 0 ? [] : [{ one, base }]
  })
  const ratios = pairs.map(({ one, base }) => base.ms / one.ms)
  const { sample } = side
  return {
    name: side.name,
    guarantee: side.guarantee,
    sliceRows,
    ratio: median(ratios),
    ms: median(pairs.map(({ one }) => one.ms)),
    ratios,
    void: rounds.length - pairs.length,
    ...(sample === undefined || sample * sliceRows >= rows ? {} : { sampled: sample }),
  }
}

function rotated<T>(all: readonly T[], by: number): readonly T[] {
  const at = by % all.length
  return [...all.slice(at), ...all.slice(0, at)]
}

function describeWrong({ wrong }: Measured): string {
  return wrong === 0 ? '' : `, VOID: ${wrong} rows were not done exactly once`
}
