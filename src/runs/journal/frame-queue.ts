import type { Frame, FrameBody, Stream } from '../frames.ts'
import { encodeFrame } from './codec.ts'
import { wholeCharacters } from './utf8.ts'

/** Encoded frames, to be written at once. */
export interface Batch {
  readonly lines: readonly Buffer[]
  /** The cursor and the time of its first frame. */
  readonly cursor: number
  readonly at: number
  /** Bytes of output in it, as they came. */
  readonly output: number
  /** Bytes of the lines of other frames. */
  readonly other: number
}

/** A frame's place. */
export interface Numbered {
  readonly cursor: number
  readonly at: number
}

interface Line {
  readonly frame: Frame
  readonly bytes: Buffer
}

/** Output of one stream that came in a row. */
interface Stretch {
  readonly stream: Stream
  readonly at: number
  readonly chunks: Uint8Array[]
  length: number
}

/** Turns what comes into lines: many small chunks into one frame, a large one into several. */
export class FrameQueue {
  readonly #frameBytes: number
  readonly #lines: Line[] = []
  #lineBytes = 0
  #stretch: Stretch | undefined
  #cursor: number

  /** A frame of output has at most `frameBytes` bytes, which are 4 or more. `cursor` is the first frame's. */
  constructor(frameBytes: number, cursor = 0) {
    this.#frameBytes = frameBytes
    this.#cursor = cursor
  }

  /** How many bytes wait to be taken. */
  get bytes(): number {
    return this.#lineBytes + (this.#stretch?.length ?? 0)
  }

  /** The bytes are not copied: they must not change. */
  addOutput(stream: Stream, bytes: Uint8Array, at: number): void {
    if (this.#stretch?.stream !== stream) this.close()
    this.#stretch ??= { stream, at, chunks: [], length: 0 }
    this.#stretch.chunks.push(bytes)
    this.#stretch.length += bytes.length
    if (this.#stretch.length >= this.#frameBytes) this.settle()
  }

  add<Body extends Exclude<FrameBody, { kind: 'output' }>>(body: Body, at: number): Numbered & Body {
    this.close()
    const frame = this.number(body, at)
    this.#push(frame)
    return frame
  }

  /** Gives a frame the next place, without adding it. */
  number<Body extends FrameBody>(body: Body, at: number): Numbered & Body {
    return { cursor: this.#cursor++, at, ...body }
  }

  /** Makes lines of the output that came, but for a character that is not whole yet. */
  settle(): void {
    if (this.#stretch === undefined) return
    const { stream, at, chunks } = this.#stretch
    const bytes = joined(chunks)
    const whole = wholeCharacters(bytes)
    this.#pushOutput(stream, bytes.subarray(0, whole), at)
    const rest = bytes.subarray(whole)
    this.#stretch = rest.length === 0 ? undefined : { stream, at, chunks: [rest], length: rest.length }
  }

  /** Makes lines of all output that came. */
  close(): void {
    if (this.#stretch === undefined) return
    const { stream, at, chunks } = this.#stretch
    this.#stretch = undefined
    this.#pushOutput(stream, joined(chunks), at)
  }

  /** The next lines: as many as `limit` bytes hold, but at least one; nothing when there is none. */
  take(limit: number): Batch | undefined {
    const [first] = this.#lines
    if (first === undefined) return undefined
    const fitting = this.#lines.splice(0, this.#countWithin(limit))
    for (const { bytes } of fitting) this.#lineBytes -= bytes.length
    const { cursor, at } = first.frame
    return { lines: fitting.map(({ bytes }) => bytes), cursor, at, ...weigh(fitting) }
  }

  #countWithin(limit: number): number {
    let bytes = 0
    const beyond = this.#lines.findIndex((line) => {
      bytes += line.bytes.length
      return bytes > limit
    })
    return beyond === -1 ? this.#lines.length : Math.max(1, beyond)
  }

  #pushOutput(stream: Stream, bytes: Uint8Array, at: number): void {
    for (let start = 0; start < bytes.length; ) {
      const piece = bytes.subarray(start, start + this.#frameBytes)
      const isLast = start + piece.length === bytes.length
      const length = isLast ? piece.length : wholeCharacters(piece)
      this.#push({ cursor: this.#cursor++, at, kind: 'output', stream, bytes: piece.subarray(0, length) })
      start += length
    }
  }

  #push(frame: Frame): void {
    const bytes = encodeFrame(frame)
    this.#lines.push({ frame, bytes })
    this.#lineBytes += bytes.length
  }
}

function weigh(lines: readonly Line[]): { output: number; other: number } {
  let output = 0
  let other = 0
  for (const { frame, bytes } of lines) {
    if (frame.kind === 'output') output += frame.bytes.length
    else other += bytes.length
  }
  return { output, other }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [only = new Uint8Array(0)] = chunks
  return chunks.length < 2 ? only : Buffer.concat(chunks)
}
