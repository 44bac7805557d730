interface Sample {
  readonly at: number
  readonly rows: number
}

const windowMs = 10_000

/** How fast a batch goes, from its committed rows: over the last ten seconds, so that a pause or a throttle shows. */
export class Rate {
  readonly #now: () => number
  readonly #samples: Sample[] = []

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Rows a second, once there are two looks at it; a look when nothing was done counts too. */
  see(rows: number): number | undefined {
    const at = this.#now()
    this.#samples.push({ at, rows })
    while (this.#samples.length > 2 && at - (this.#samples[1]?.at ?? at) > windowMs) this.#samples.shift()
    const [first] = this.#samples
    if (first === undefined || at - first.at < 1) return undefined
    return Math.max(0, Math.round(((rows - first.rows) / (at - first.at)) * 1_000))
  }
}
