import { differingPlaces } from '../differences.ts'
import { playWhole } from '../play.ts'
import { type Stage, setUp } from '../stage.ts'
import type { Traced } from './trace.ts'

/** Where tables hold something else each time that the migration runs, as the time of day is: found out when it is asked. */
export class Unsteady {
  readonly #stage: Stage
  readonly #traced: Traced
  readonly #unsteady = new Set<string>()
  readonly #steady = new Set<string>()

  constructor(stage: Stage, traced: Traced) {
    this.#stage = stage
    this.#traced = traced
  }

  /** Of differences, in words by their places, those that are none of a mere second run. */
  async without(differing: ReadonlyMap<string, string>): Promise<readonly string[]> {
    const places = [...differing.keys()]
    // run again now: what holds for a day or a minute was the same before, and need not be any more
    if (places.some((place) => !this.#isUnsteady(place) && !this.#steady.has(place)))
      for (const place of await this.#differingAnyway()) this.#unsteady.add(place)
    const rest = places.filter((place) => !this.#isUnsteady(place))
    for (const place of rest) this.#steady.add(place)
    return rest.map((place) => differing.get(place) ?? place)
  }

  /** With the number of a table's rows, the values of all its columns are others. */
  #isUnsteady(place: string): boolean {
    return [...this.#unsteady].some((one) => place === one || place.startsWith(`${one}.`))
  }

  async #differingAnyway(): Promise<Iterable<string>> {
    const { outcome } = this.#traced
    await using scene = await setUp(this.#stage)
    await playWhole(this.#stage, scene, this.#traced)
    const content = await scene.inspector.content([...outcome.keys()])
    return differingPlaces(outcome, content, this.#stage.historyTables).keys()
  }
}
