import { probeEnd } from '../../../environment/probe/parse.ts'
import { beginMark } from '../../../environment/probe/protocol.ts'

// More than any probe answers: a thousand variables.
const longestAnswer = 4_000_000

/** What a piece of stdout came to while the probe's answer is waited for. */
export interface Sifted {
  /** What was printed by others, before the answer and behind it. */
  readonly before: Uint8Array
  /** The answer, from its begin mark to its end mark: the last that there is to be sifted. */
  readonly answer?: string
  readonly after?: Uint8Array
}

/** Takes the probe's answer out of what an entrypoint prints. */
export class AnswerSieve {
  readonly #nonce: string
  readonly #mark: Buffer
  /** What may be the beginning of the mark, and then the answer so far. */
  #held: Buffer = Buffer.alloc(0)
  #hasBegun = false

  constructor(nonce: string) {
    this.#nonce = nonce
    this.#mark = Buffer.from(`${beginMark(nonce)}\n`)
  }

  sift(chunk: Uint8Array): Sifted {
    const bytes = Buffer.concat([this.#held, chunk])
    if (this.#hasBegun) return this.#continue(bytes)
    const begin = bytes.indexOf(this.#mark)
    const told = begin >= 0 ? begin : bytes.length - partAtTheEnd(bytes, this.#mark)
    this.#held = bytes.subarray(told)
    this.#hasBegun = begin >= 0
    const before = bytes.subarray(0, told)
    return this.#hasBegun ? { ...this.#continue(this.#held), before } : { before }
  }

  /** What was held when the stream ended; of an answer without an end nothing is left. */
  rest(): Uint8Array {
    return this.#hasBegun ? Buffer.alloc(0) : this.#held
  }

  #continue(bytes: Buffer): Sifted {
    this.#held = bytes
    const before = Buffer.alloc(0)
    const end = probeEnd(bytes, this.#nonce)
    if (end === undefined && bytes.length <= longestAnswer) return { before }
    return { before, answer: bytes.toString('utf8', 0, end), after: bytes.subarray(end ?? bytes.length) }
  }
}

/** How many bytes at the end may be the beginning of the mark. */
function partAtTheEnd(bytes: Buffer, mark: Buffer): number {
  for (let length = Math.min(mark.length - 1, bytes.length); length > 0; length -= 1) {
    if (bytes.subarray(-length).equals(mark.subarray(0, length))) return length
  }
  return 0
}
