import type { CountedTable } from '../counted-table.ts'
import type { Services } from '../services/services.ts'
import type { Work } from '../work.ts'

/** What a side works with. */
export interface Stage {
  readonly services: Services
  readonly table: CountedTable
  /** Is called when everything is loaded, right before the clock runs. */
  readonly ready: () => Promise<void>
}

/** One way to do the same work, with two workers, each in a process of its own. */
export interface Contender {
  readonly name: string
  /** What becomes of a slice whose worker dies between its effect and the record that it is done. */
  readonly guarantee: 'exactly once' | 'at least once' | 'none'
  /** How many slices it is tried on where all would take too long; its time is scaled. */
  readonly sample?: number
  /**
   * Does the work, and returns after how many milliseconds the last effect was committed. Before the clock runs
   * processes are started, their code is loaded, and whoever works is connected. Nobody has any of the work yet.
   */
  run(stage: Stage, work: Work): Promise<number>
}

export const workers = 2
