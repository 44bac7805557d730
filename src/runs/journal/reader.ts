import type { Frame } from '../frames.ts'
import { Changes } from './changes.ts'
import { decodeFrame, decodeHead, type SegmentHead } from './codec.ts'
import { listSegments } from './folder.ts'
import { readOutcome } from './outcome-file.ts'
import { openSegment, type SegmentLines } from './segment-lines.ts'

/**
 * The frames in the order of their cursors, from the beginning to what is there now; with `follow`, to the outcome,
 * as they come. Ends when the signal is aborted. One `cut` frame stands wherever output is missing.
 */
export async function* readFrames(
  folder: string,
  { follow = false, signal }: { readonly follow?: boolean; readonly signal?: AbortSignal } = {},
): AsyncGenerator<Frame, void> {
  const changes = follow ? new Changes(folder, signal) : undefined
  const reading = new Reading(folder)
  try {
    while (!signal?.aborted) {
      // asked for first: nothing is written after it
      const outcome = await readOutcome(folder)
      for await (const frame of reading.more()) {
        if (signal?.aborted) return
        yield frame
      }
      if (outcome !== undefined) {
        yield* reading.missingBefore({ ...outcome, offset: outcome.output.bytes })
        yield outcome
        return
      }
      if (changes === undefined) return
      await changes.next()
    }
  } finally {
    changes?.close()
    await reading.close()
  }
}

/** How far a reader has come. */
class Reading {
  readonly #folder: string
  #segment: SegmentLines | undefined
  #number = -1
  #hasHead = false
  #isDamaged = false
  #seen = 0

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The frames that came since the last time. */
  async *more(): AsyncGenerator<Frame> {
    for (;;) {
      // listed before it is read: one that has a successor gets nothing more
      const numbers = await listSegments(this.#folder)
      this.#segment ??= await this.#next(numbers)
      if (this.#segment === undefined) return
      yield* this.#frames(this.#segment)
      if (!numbers.some((number) => number > this.#number)) return
      await this.close()
    }
  }

  *missingBefore({ cursor, at, offset }: Pick<SegmentHead, 'cursor' | 'at' | 'offset'>): Generator<Frame> {
    if (offset > this.#seen) yield { cursor: cursor - 1, at, kind: 'cut', bytes: offset - this.#seen }
    this.#seen = offset
  }

  async close(): Promise<void> {
    await this.#segment?.close()
    this.#segment = undefined
  }

  async #next(numbers: readonly number[]): Promise<SegmentLines | undefined> {
    for (const number of numbers.filter((candidate) => candidate > this.#number)) {
      const segment = await openSegment(this.#folder, number)
      if (segment === undefined) continue
      this.#number = number
      this.#hasHead = false
      this.#isDamaged = false
      return segment
    }
    return undefined
  }

  async *#frames(segment: SegmentLines): AsyncGenerator<Frame> {
    for await (const lines of segment.more()) {
      for (const line of lines) if (!this.#isDamaged) yield* this.#decode(line)
    }
  }

  /** Nothing more of a segment from a damaged line on: what comes next tells how much is missing. */
  *#decode(line: string): Generator<Frame> {
    const decoded = this.#hasHead ? decodeFrame(line) : decodeHead(line)
    if (decoded === undefined) {
      this.#isDamaged = true
    } else if ('kind' in decoded) {
      if (decoded.kind === 'output') this.#seen += decoded.bytes.length
      yield decoded
    } else {
      this.#hasHead = true
      yield* this.missingBefore(decoded)
    }
  }
}
