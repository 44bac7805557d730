import type { SliceWorkshop } from '../databases/slice-ledger.ts'

const everyMs = 1_000

/** Tells now and then how long a row takes, so that the next slices can be cut to size. */
export class PaceKeeper {
  readonly #workshop: Pick<SliceWorkshop, 'pace'>
  #rows = 0
  #ms = 0
  #toldAt = 0

  constructor(workshop: Pick<SliceWorkshop, 'pace'>) {
    this.#workshop = workshop
  }

  /** Counts a slice that is done. */
  async add(rows: number, ms: number): Promise<void> {
    this.#rows += rows
    this.#ms += ms
    if (performance.now() - this.#toldAt < everyMs || this.#rows === 0) return
    this.#toldAt = performance.now()
    const rowMs = this.#ms / this.#rows
    this.#rows = 0
    this.#ms = 0
    await this.#workshop.pace(rowMs)
  }
}
