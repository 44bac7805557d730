import type { Contender, Stage } from '../contenders/contender.ts'
import { loop } from '../contenders/loop.ts'
import { compareSpeeds, type Speed } from './throughput.ts'

const sampledRows = 5_000

/** A task for each row with somebody's queue, on some of the rows, beside the loop over slices of this size. */
export async function comparePerRow(
  stage: Stage,
  peer: Contender,
  sliceRows: number,
  rounds: number,
  tell: (progress: string) => void,
): Promise<Speed | undefined> {
  const side: Contender = {
    ...peer,
    name: `${peer.name}, a row each`,
    sample: Math.ceil(sampledRows / sliceRows),
    run: (on, work) => peer.run(on, { ...work, sliceRows: 1 }),
  }
  const work = { rows: stage.table.rows, sliceRows }
  const [, speed] = await compareSpeeds(stage, [loop, side], work, rounds, tell)
  return speed
}
