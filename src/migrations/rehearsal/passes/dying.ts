import { commitsOf } from '../commits.ts'
import { differingSchema } from '../differences.ts'
import type { DyingEvidence } from '../evidence.ts'
import { playAgain } from '../play.ts'
import { type Scene, type Stage, setUp } from '../stage.ts'
import { type Death, deathsOf, Killer } from './killer.ts'
import type { Traced } from './trace.ts'
import { Unsteady } from './unsteady.ts'

/** How many deaths are died at most: further commits are taken to be like those. */
const mostDeaths = 6

/**
 * Kills the migration after each of its commits and inside each statement that commits by itself, on a clone of its own
 * each time, and runs it again to its end. `undefined` where it commits once at most: then it is done or it is not.
 */
export async function dying(stage: Stage, traced: Traced): Promise<readonly DyingEvidence[] | undefined> {
  const deaths = spread(deathsOf(commitsOf(traced)))
  if (deaths.length === 0) return undefined
  const unsteady = new Unsteady(stage, traced)
  const died: DyingEvidence[] = []
  let next = setUp(stage)
  for (const [index, death] of deaths.entries()) {
    await using scene = await next
    // made while this one is played on
    if (index < deaths.length - 1) next = setUp(stage)
    next.catch(() => {}) // heard of when it is its turn
    try {
      died.push(await die(stage, scene, traced, death, unsteady))
    } catch (error) {
      if (index < deaths.length - 1) await next.then((made) => made[Symbol.asyncDispose]()).catch(() => {})
      throw error
    }
  }
  return died
}

/** As many as are died at most, from the whole length; those inside a statement leave the most behind. */
function spread(deaths: readonly Death[]): readonly Death[] {
  const inside = deaths.filter((death) => death.in === 'statement alone').slice(0, mostDeaths / 2)
  const after = deaths.filter((death) => death.in === 'commit')
  const most = mostDeaths - inside.length
  if (after.length <= most) return [...after, ...inside]
  const step = (after.length - 1) / (most - 1)
  return [...after.filter((_, place) => isOnStep(place, step, most)), ...inside]
}

function isOnStep(place: number, step: number, most: number): boolean {
  return Array.from({ length: most }, (_, index) => Math.round(index * step)).includes(place)
}

async function die(
  stage: Stage,
  scene: Scene,
  traced: Traced,
  death: Death,
  unsteady: Unsteady,
): Promise<DyingEvidence> {
  const { at } = death
  stage.say(`It is killed ${at}, and run again.`)
  await kill(stage, scene, traced, death)
  const end = await playAgain(stage, scene, stage.migrate, traced)
  const differing = await differences(stage, scene, traced, unsteady)
  return { at, end, isFinished: end.code === 0 && differing.length === 0, differing }
}

async function kill(stage: Stage, scene: Scene, traced: Traced, death: Death): Promise<void> {
  const alone = commitsOf(traced).filter(({ isAlone }) => isAlone)
  const ms = (alone[death.count - 1]?.ms ?? 0) / 2
  await using killer = new Killer(death, { ms, brake: () => scene.inspector.brake() })
  await killer.ready()
  await playAgain(stage, scene, stage.migrate, traced, { tap: killer, until: killer.killed })
  if (!killer.killed.aborted)
    throw new Error(`The migration ended this time before it could be killed ${death.at}.`)
}

/** In what the clone is another than the one on which nobody died; what differs each time is no difference. */
async function differences(
  { historyTables }: Stage,
  { inspector }: Scene,
  { after, outcome }: Traced,
  unsteady: Unsteady,
): Promise<readonly string[]> {
  const now = await inspector.schema()
  const schema = now.digest === after.digest ? [] : differingSchema(after, now, historyTables)
  const content = await inspector.content([...outcome.keys()])
  return [...schema, ...(await unsteady.differing(content))]
}
