import type { TaskName } from './project.ts'
import type { Random } from './random.ts'
import type { Round } from './round.ts'

/** Something that befalls a round, with all its details. It leaves things as they should be when it is over. */
export interface Planned {
  readonly what: string
  play(round: Round): Promise<void>
}

/** A kind of it; the details are drawn. */
export type Act = (random: Random, task: TaskName) => Planned
