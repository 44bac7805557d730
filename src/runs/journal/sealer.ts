import { segmentDigest } from './digest.ts'
import { packSegment, readSegment, removeSegment } from './segment.ts'

/** A segment that gets no more lines. */
export interface Sealed {
  readonly number: number
  /** Of its lines; there once it is sealed. */
  digest?: Uint8Array
  dropped?: boolean
}

/** Digests and compresses segments one after the other, while the next one is written. */
export class Sealer {
  readonly #folder: string
  readonly #waiting: Sealed[] = []
  #current: Sealed | undefined
  #work: Promise<void> | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  seal(segment: Sealed): void {
    this.#waiting.push(segment)
    this.#work ??= this.#sealAll()
  }

  /** Resolves when all segments are sealed. */
  async rest(): Promise<void> {
    await this.#work
  }

  async drop(segment: Sealed): Promise<void> {
    segment.dropped = true
    if (segment !== this.#current) await this.#remove(segment)
  }

  async #sealAll(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#current = next
      if (!next.dropped) await this.#sealOne(next)
      // it was dropped meanwhile, and may have come back in its other form
      if (next.dropped) await this.#remove(next)
    }
    this.#current = undefined
    this.#work = undefined
  }

  async #remove({ number }: Sealed): Promise<void> {
    // what cannot be removed stays: a reader shows it, and the digest tells
    await removeSegment(this.#folder, number).catch(() => undefined)
  }

  async #sealOne(segment: Sealed): Promise<void> {
    const lines = await readSegment(this.#folder, segment.number).catch(() => undefined)
    if (lines === undefined) return
    const [digest] = await Promise.all([
      segmentDigest(lines),
      packSegment(this.#folder, segment.number, lines),
    ])
    segment.digest = digest
  }
}
