import type { OutputSummary } from '../frames.ts'
import { journalDigest } from './digest.ts'
import type { Batch } from './frame-queue.ts'
import { type Sealed, Sealer } from './sealer.ts'
import { removeSegment } from './segment.ts'
import { SegmentWriter } from './segment-writer.ts'
import type { SurveyedSegment } from './survey.ts'

/** What is kept of output, and of other frames, in bytes. */
interface Weight {
  output: number
  other: number
}

interface Segment extends Sealed, Weight {}

const retryMs = 100

/**
 * Keeps the first and the last half of a quota of output: once the first is full, the oldest segments of the last go
 * when newer ones come. Other frames are held to as much. What cannot be written, as on a full disk, is left out.
 */
export class Keeper {
  readonly #folder: string
  readonly #half: number
  readonly #segmentBytes: number
  readonly #sealer: Sealer
  readonly #head: Segment[] = []
  readonly #tail: Segment[] = []
  #growing: { readonly segment: Segment; readonly writer: SegmentWriter } | undefined
  #nextNumber = 0
  #seen = 0
  #retryAt = 0

  constructor(folder: string, quotaBytes: number, segmentBytes: number) {
    this.#folder = folder
    this.#half = quotaBytes / 2
    this.#segmentBytes = segmentBytes
    this.#sealer = new Sealer(folder)
  }

  /** Throws the system's error when not even the first segment can be made. */
  async begin(at: number): Promise<void> {
    this.#growing = await this.#newSegment({ cursor: 0, at })
  }

  /** Goes on where a keeper that was killed has left off. */
  resume(segments: readonly SurveyedSegment[]): void {
    for (const { number, streams, other } of segments) {
      const output = [...streams.values()].reduce((sum, bytes) => sum + bytes, 0)
      const segment = { number, output, other }
      if (this.#isHeadFull()) {
        this.#tail.push(segment)
      } else {
        this.#head.push(segment)
        this.#sealer.seal(segment)
      }
    }
    const last = segments.at(-1)
    this.#nextNumber = (last?.number ?? -1) + 1
    this.#seen = last?.end.offset ?? 0
  }

  async keep(batch: Batch): Promise<void> {
    const isKept = await this.#write(batch)
    this.#seen += batch.output
    if (!isKept) return
    if (this.#growing && this.#growing.writer.size >= this.#segmentBytes) await this.#seal()
    await this.#dropOldest()
  }

  /** Nothing can be kept afterwards. */
  async finish(): Promise<OutputSummary> {
    await this.#seal()
    this.#sealer.seal(...this.#tail)
    await this.#sealer.rest()
    const segments = [...this.#head, ...this.#tail]
    return {
      bytes: this.#seen,
      cut: this.#seen - weigh(segments).output,
      digest: journalDigest(segments.flatMap(({ digest }) => digest ?? [])),
    }
  }

  async #write(batch: Batch): Promise<boolean> {
    if (performance.now() < this.#retryAt) return false
    try {
      this.#growing ??= await this.#newSegment(batch)
      const { segment, writer } = this.#growing
      await writer.append(batch.lines)
      segment.output += batch.output
      segment.other += batch.other
      return true
    } catch {
      // what comes next begins a new segment, whose head tells how much is missing
      await this.#seal()
      this.#retryAt = performance.now() + retryMs
      return false
    }
  }

  async #newSegment({ cursor, at }: { readonly cursor: number; readonly at: number }) {
    const number = this.#nextNumber++
    const head = { version: 1, cursor, at, offset: this.#seen } as const
    const writer = await SegmentWriter.create(this.#folder, number, head)
    const segment = { number, output: 0, other: 0 }
    const half = this.#isHeadFull() ? this.#tail : this.#head
    half.push(segment)
    return { segment, writer }
  }

  #isHeadFull(): boolean {
    return this.#fillsHalf(this.#head)
  }

  async #seal(): Promise<void> {
    if (this.#growing === undefined) return
    const { segment, writer } = this.#growing
    this.#growing = undefined
    await writer.close()
    if (segment.output + segment.other === 0) await this.#drop(segment)
    // one of the last half may yet be dropped: sealing it waits for the end
    else if (this.#head.includes(segment)) this.#sealer.seal(segment)
  }

  async #dropOldest(): Promise<void> {
    while (this.#tail.length > 1 && this.#fillsHalf(this.#tail.slice(1))) {
      const oldest = this.#tail.shift()
      if (oldest !== undefined) await this.#drop(oldest)
    }
  }

  async #drop({ number }: Segment): Promise<void> {
    // what cannot be removed stays: a reader shows it, and the digest tells
    await removeSegment(this.#folder, number).catch(() => undefined)
  }

  #fillsHalf(segments: readonly Segment[]): boolean {
    const { output, other } = weigh(segments)
    return output >= this.#half || other >= this.#half
  }
}

function weigh(segments: readonly Weight[]): Weight {
  const sum = { output: 0, other: 0 }
  for (const { output, other } of segments) {
    sum.output += output
    sum.other += other
  }
  return sum
}
