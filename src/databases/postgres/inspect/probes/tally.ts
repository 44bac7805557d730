import type { Waiting } from '../../../inspector.ts'

/** So many tries tell what is normal. */
const firstTries = 20

/** Adds up how long tries were kept waiting beyond what is normal for them: twice the median of the first ones. */
export class Tally {
  readonly #first: number[] = []
  #normalMs: number | undefined
  #longestMs = 0
  #totalMs = 0
  #tries = 0

  get isSettled(): boolean {
    return this.#normalMs !== undefined
  }

  add(ms: number): void {
    this.#tries += 1
    if (this.#normalMs === undefined) this.#first.push(ms)
    else this.#fold(ms, this.#normalMs)
    if (this.#first.length === firstTries) this.#settle()
  }

  end(): Waiting {
    this.#settle()
    return { longestMs: this.#longestMs, totalMs: this.#totalMs, tries: this.#tries }
  }

  #settle(): void {
    if (this.#normalMs !== undefined) return
    const normal = normalOf(this.#first)
    this.#normalMs = normal
    for (const ms of this.#first.splice(0)) this.#fold(ms, normal)
  }

  #fold(ms: number, normal: number): void {
    const waited = Math.max(0, ms - normal)
    this.#longestMs = Math.max(this.#longestMs, waited)
    this.#totalMs += waited
  }
}

/** Of too few tries, one that waited may be most of them. */
function normalOf(tries: readonly number[]): number {
  if (tries.length < 5) return 1
  const sorted = [...tries].sort((one, other) => one - other)
  return 0.5 + 2 * (sorted[Math.floor(sorted.length / 2)] ?? 0)
}
