const begin = 0x1e // ASCII's record separator
const end = 0x1f
const lineEnd = 0x0a
const longestRecord = 4_096

/** What a piece of output came to, in order. */
export type Sifted = { readonly output: Uint8Array } | { readonly record: string }

/**
 * Takes the release side's reports out of a stream of output: `RS MARK JSON`, up to US or the line's end, written at once
 * and shorter than what a pipe takes whole, so that nothing stands inside one. The mark is known to nobody else.
 */
export class RecordSieve {
  readonly #opening: Buffer
  #held: Buffer = Buffer.alloc(0)

  constructor(mark: string) {
    this.#opening = Buffer.from(`${String.fromCharCode(begin)}${mark} `)
  }

  /** What can be told apart so far; the beginning of a record is held until the rest of it has come. */
  *sift(chunk: Uint8Array): Generator<Sifted> {
    let bytes = this.#held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk])
    for (;;) {
      const start = this.#startIn(bytes)
      if (start > 0) yield { output: bytes.subarray(0, start) }
      bytes = bytes.subarray(start)
      const stop = bytes.findIndex((byte) => byte === end || byte === lineEnd)
      if (bytes.length === 0 || (stop < 0 && bytes.length < longestRecord)) break
      if (stop < 0 || stop >= longestRecord) {
        // it only looked like one
        yield { output: bytes.subarray(0, 1) }
        bytes = bytes.subarray(1)
        continue
      }
      yield { record: bytes.toString('utf8', this.#opening.length, stop) }
      bytes = bytes.subarray(stop + 1)
    }
    this.#held = bytes
  }

  /** What was held when the stream ended. */
  rest(): Uint8Array {
    const rest = this.#held
    this.#held = Buffer.alloc(0)
    return rest
  }

  /** Where a record begins, or may begin at the very end; the length where none does. */
  #startIn(bytes: Buffer): number {
    for (let at = bytes.indexOf(begin); at >= 0; at = bytes.indexOf(begin, at + 1)) {
      const there = bytes.subarray(at, at + this.#opening.length)
      if (this.#opening.subarray(0, there.length).equals(there)) return at
    }
    return bytes.length
  }
}
