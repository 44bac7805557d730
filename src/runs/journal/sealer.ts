import { segmentDigest } from './digest.ts'
import { packSegment, readSegment } from './segment.ts'

/** A segment that gets no more lines. */
export interface Sealed {
  readonly number: number
  /** Of its lines; there once it is sealed. */
  digest?: Uint8Array
}

// Two, so that one compresses while the other waits for the disk.
const workers = 2

/** Digests and compresses segments while the next ones are written. */
export class Sealer {
  readonly #folder: string
  readonly #waiting: Sealed[] = []
  readonly #working = new Set<Promise<void>>()

  constructor(folder: string) {
    this.#folder = folder
  }

  seal(...segments: readonly Sealed[]): void {
    this.#waiting.push(...segments)
    this.#start()
  }

  /** Resolves when all segments are sealed. */
  async rest(): Promise<void> {
    while (this.#waiting.length + this.#working.size > 0) {
      this.#start()
      await Promise.all(this.#working)
    }
  }

  #start(): void {
    while (this.#working.size < workers && this.#waiting.length > 0) {
      const work = this.#work().finally(() => this.#working.delete(work))
      this.#working.add(work)
    }
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      // one that cannot be read, for whatever reason, is not vouched for
      const lines = await readSegment(this.#folder, next.number).catch(() => undefined)
      if (lines === undefined) continue
      const packed = packSegment(this.#folder, next.number, lines)
      next.digest = await segmentDigest(lines)
      await packed
    }
  }
}
