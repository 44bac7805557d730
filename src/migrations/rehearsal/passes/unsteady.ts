import type { TableContent } from '../../../databases/inspector.ts'
import { differingPlaces } from '../differences.ts'
import { playWhole } from '../play.ts'
import { type Stage, setUp } from '../stage.ts'
import type { Traced } from './trace.ts'

type Contents = ReadonlyMap<string, TableContent>

/** How often it is run again at most for one comparison: each time on a clone of its own. */
const mostRuns = 2

/** Where tables hold something else each time that the migration runs, as the time of day is: found out when it is asked. */
export class Unsteady {
  readonly #stage: Stage
  readonly #traced: Traced
  readonly #unsteady = new Set<string>()
  readonly #steady = new Set<string>()
  /** How many rows tables had after each mere run. */
  readonly #rows = new Map<string, number[]>()

  constructor(stage: Stage, traced: Traced) {
    this.#stage = stage
    this.#traced = traced
  }

  /** In what tables hold something else than after the first run, in words, beyond what a mere second run makes of them. */
  async differing(content: Contents): Promise<readonly string[]> {
    const differing = differingPlaces(this.#traced.outcome, content, this.#stage.historyTables)
    const unexplained = () => [...differing.keys()].filter((place) => !this.#isExplained(place, content))
    let rest = unexplained()
    // run again now: what holds for a day or a minute was the same before, and need not be any more
    for (let runs = 0; runs < mostRuns && rest.some((place) => !this.#steady.has(place)); runs += 1) {
      await this.#runAgain()
      rest = unexplained()
      for (const place of rest) if (!this.#unsteady.has(place)) this.#steady.add(place)
    }
    return rest.map((place) => differing.get(place) ?? place)
  }

  /** Twice as many rows are not explained by one more or less. With their number, the values of all columns are others. */
  #isExplained(place: string, content: Contents): boolean {
    for (const [table, { columns }] of this.#traced.outcome) {
      if (place === table) return this.#unsteady.has(table) && this.#isUsual(table, content.get(table)?.rows)
      const isOfTable = [...columns.keys()].some((column) => place === `${table}.${column}`)
      if (isOfTable && this.#unsteady.has(table)) return true
    }
    return this.#unsteady.has(place)
  }

  /** Whether a number of rows is no farther from those that were seen than they are from each other. */
  #isUsual(table: string, rows = Number.NaN): boolean {
    const seen = [this.#traced.outcome.get(table)?.rows ?? Number.NaN, ...(this.#rows.get(table) ?? [])]
    const [least, most] = [Math.min(...seen), Math.max(...seen)]
    return rows >= 2 * least - most && rows <= 2 * most - least
  }

  async #runAgain(): Promise<void> {
    const { outcome } = this.#traced
    await using scene = await setUp(this.#stage)
    await playWhole(this.#stage, scene, this.#traced)
    const content = await scene.inspector.content([...outcome.keys()])
    for (const [table, { rows }] of content) {
      this.#rows.set(table, [...(this.#rows.get(table) ?? []), rows])
    }
    for (const place of differingPlaces(outcome, content, this.#stage.historyTables).keys()) {
      this.#unsteady.add(place)
    }
  }
}
