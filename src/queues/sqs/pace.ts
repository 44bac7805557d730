const wantedMs = 1_000
const most = 10

/** How many messages are asked for at once: what is used up in a second, so that none waits that others could do. */
export class Pace {
  #handedMs: number | undefined
  #usedMs = 0

  /** One was handed out. */
  handed(): void {
    this.#handedMs = performance.now()
  }

  /** Another one is asked for. */
  asked(): void {
    if (this.#handedMs === undefined) return
    const tookMs = performance.now() - this.#handedMs
    this.#handedMs = undefined
    this.#usedMs = this.#usedMs === 0 ? tookMs : (this.#usedMs + tookMs) / 2
  }

  count(): number {
    return Math.min(most, Math.max(1, Math.floor(wantedMs / Math.max(1, this.#usedMs))))
  }
}
