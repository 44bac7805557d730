const wantedMs = 1_000
const most = 10

/** How many messages are asked for at once: what is used up in a second, so that none waits that others could do. */
export class Pace {
  #handedMs: number | undefined
  #handed = 0
  #usedMs = 0

  /** So many were handed out. */
  handed(count: number): void {
    if (count === 0) return
    this.#handedMs = performance.now()
    this.#handed += count
  }

  /** Another one is asked for. */
  asked(): void {
    if (this.#handedMs === undefined) return
    const tookMs = (performance.now() - this.#handedMs) / this.#handed
    this.#handedMs = undefined
    this.#handed = 0
    this.#usedMs = this.#usedMs === 0 ? tookMs : (this.#usedMs + tookMs) / 2
  }

  count(): number {
    return Math.min(most, Math.max(1, Math.floor(wantedMs / Math.max(1, this.#usedMs))))
  }
}
