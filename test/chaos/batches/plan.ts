import type { Act } from './act.ts'
import { pauseAndResume } from './acts/commands.ts'
import { cutAll, databaseDown, readOnly } from './acts/database.ts'
import { cutAtPoint, freezeAtPoint, freezeSomebody, killAtPoint, killSomebody } from './acts/processes.ts'
import { tasks } from './project.ts'
import { createRandom } from './random.ts'
import type { RoundPlan } from './round.ts'

const everywhere: readonly Act[] = [
  ...[killSomebody, killSomebody, killAtPoint, killAtPoint],
  ...[freezeSomebody, freezeAtPoint, cutAtPoint, cutAtPoint],
  ...[cutAll, databaseDown, readOnly, pauseAndResume],
]

/** From the first moment on: a database that is not there yet is a refusal to begin. */
const early: readonly Act[] = [killSomebody, killAtPoint, freezeAtPoint, pauseAndResume]

/** Draws a round, the same for the same seed. */
export function planRound(seed: number, ofTransport: readonly Act[]): RoundPlan {
  const random = createRandom(seed)
  const task = random.pick(tasks)
  const isEarly = random.between(0, 4) === 0
  // a third of what befalls a round befalls its broker, where there is one
  const kinds = () => {
    if (isEarly) return early
    return ofTransport.length > 0 && random.between(0, 2) === 0 ? ofTransport : everywhere
  }
  const acts = Array.from({ length: random.between(2, 5) }, () => ({
    afterMs: random.between(0, isEarly ? 1_000 : 2_500),
    act: random.pick(kinds())(random, task),
  }))
  return { seed, task, workers: random.between(1, 2), isEarly, acts }
}
