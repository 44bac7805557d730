interface StrideOptions {
  /** For about how many milliseconds what is taken at once is to last. */
  readonly aboutMs: number
  readonly least?: number
  readonly most: number
}

/** How many things are taken at once: so many that each costs little, and so few that none waits long for its turn. */
export class Stride {
  readonly #options: Required<StrideOptions>
  #size: number
  #since = Number.NEGATIVE_INFINITY

  constructor(options: StrideOptions) {
    this.#options = { least: 1, ...options }
    this.#size = this.#options.least
  }

  /** What was taken the last time is used up: how many the next are. */
  next(now = performance.now()): number {
    const { aboutMs, least, most } = this.#options
    const tookMs = now - this.#since
    this.#since = now
    if (tookMs > aboutMs * 2) this.#size = Math.max(least, Math.floor(this.#size / 2))
    else if (tookMs < aboutMs) this.#size = Math.min(most, this.#size * 2)
    return this.#size
  }
}
