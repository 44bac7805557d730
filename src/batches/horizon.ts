const lookEveryMs = 500

interface Bounds {
  readonly fewest: number
  readonly most: number
}

/** How many slices are planned ahead where their size changes: about as many as are done in a second. */
export class Horizon {
  readonly #bounds: Bounds
  #last: { readonly done: number; readonly at: number } | undefined
  #slices: number

  constructor(bounds: Bounds) {
    this.#bounds = bounds
    this.#slices = bounds.fewest
  }

  /** After so many slices were done. */
  see(done: number, at = performance.now()): number {
    this.#last ??= { done, at }
    const tookMs = at - this.#last.at
    if (tookMs < lookEveryMs) return this.#slices
    const perSecond = ((done - this.#last.done) / tookMs) * 1_000
    this.#last = { done, at }
    const { fewest, most } = this.#bounds
    this.#slices = Math.min(most, Math.max(fewest, Math.round(perSecond)))
    return this.#slices
  }
}
