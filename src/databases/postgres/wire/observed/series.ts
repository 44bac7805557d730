import type { Receiver } from './expected.ts'
import type { Prepared } from './prepared.ts'
import { isQuiet } from './witness/witness.ts'

/** One of a client's messages that is answered. */
interface Kept {
  readonly type: string
  readonly bytes: Buffer
}

// Whoever sends more before it hears an answer does not get it sent again.
const mostKept = 1_048_576

/** What a client has sent since its last Sync, as long as it can be sent again: until some of it was work that is done. */
export class Series {
  readonly #kept: Kept[] = []
  #size = 0
  #isRepeatable: boolean
  /** How many of its messages the server has answered. */
  #answered = 0
  /** So many answers the client has had before. */
  #told = 0
  #quiet: Prepared[] = []

  constructor(isRepeatable: boolean) {
    this.#isRepeatable = isRepeatable
  }

  keep(type: string, bytes: Buffer): void {
    if (!this.#isRepeatable) return
    this.#kept.push({ type, bytes })
    this.#size += bytes.length
    if (this.#size > mostKept) this.end()
  }

  /** It can't be sent again from here on. */
  end(): void {
    this.#isRepeatable = false
    this.#kept.length = 0
  }

  get isRepeatable(): boolean {
    return this.#isRepeatable
  }

  /** Whether one statement was bound before the message that failed: then it is that which failed. */
  get isOfOne(): boolean {
    return this.#kept.slice(0, this.#answered).filter(({ type }) => type === 'B').length === 1
  }

  /** What was executed and does no work by itself, in order. */
  get quiet(): readonly Prepared[] {
    return this.#quiet
  }

  /** All of it, to be sent once more. What the client was answered before it is not told again. */
  again(): readonly Kept[] {
    this.#told = this.#answered
    this.#answered = 0
    this.#quiet = []
    return [...this.#kept]
  }

  /** Looks at the answer to a message that is about to be sent, which goes on to `next`. */
  before(next: Receiver | undefined, executed?: Prepared): Receiver {
    const isTold = this.#told > 0
    if (isTold) this.#told -= 1
    return {
      readsRows: isTold || (next?.readsRows ?? false),
      take: (type, bytes, isLast) => {
        if (isLast && type !== 'E') this.#answer(executed)
        if (isTold && !'ENSA'.includes(type)) return false
        return next === undefined || next.take(type, bytes, isLast)
      },
      ignored: () => next?.ignored?.(),
    }
  }

  #answer(executed: Prepared | undefined): void {
    this.#answered += 1
    if (executed === undefined) return
    const { kind, words } = executed
    if (kind === 'begin' || (kind === 'other' && isQuiet(words))) this.#quiet.push(executed)
    else this.end()
    // what was taken away can't be taken away once more
    if (words[0] === 'DEALLOCATE' || words[0] === 'DISCARD') this.end()
  }
}
