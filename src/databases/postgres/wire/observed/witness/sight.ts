import type { StatementFailure } from '../../../../wire.ts'
import { fieldsOf } from '../../protocol/server-error.ts'
import type { Receiver } from '../expected.ts'
import type { Kind } from '../statements/kind.ts'
import { failureOf } from './failure.ts'

interface Seen {
  /** As it may be kept. */
  readonly text: string
  readonly words: readonly string[]
  readonly kind: Kind
}

/** A statement on its way, and what the server says of it. */
export class Sight {
  readonly seen: Seen
  /** Of the session's books: in which transaction it was sent. */
  readonly chapter: number
  readonly startedAt = Date.now()
  readonly notices: string[] = []
  readonly #began = performance.now()
  #ended: number | undefined
  /** What the server calls it, without counts. */
  tag: string | undefined
  failure: StatementFailure | undefined
  /** There was no statement in the text. */
  isEmpty = false
  /** It goes on when the client asks for more rows. */
  isSuspended = false

  constructor(seen: Seen, chapter: number) {
    this.seen = seen
    this.chapter = chapter
  }

  get ms(): number {
    return (this.#ended ?? performance.now()) - this.#began
  }

  /** Looks at what goes on to `next`, or to the client. `over` hears when it is done, failed, or waits to go on. */
  before(next: Receiver | undefined, over: () => void = () => {}): Receiver {
    return {
      readsRows: next?.readsRows ?? false,
      take: (type, bytes, isLast) => {
        this.#see(type, bytes)
        const isTold = next === undefined || next.take(type, bytes, isLast)
        if ('CEIs'.includes(type)) over()
        return isTold
      },
      ignored: () => next?.ignored?.(),
    }
  }

  /** It failed at the hands of the wire's own question, by the server's words. */
  fail(bytes: Buffer): void {
    this.tag = undefined
    this.failure = failureOf(bytes)
  }

  #see(type: string, bytes: Buffer): void {
    if (type === 'N') this.notices.push(fieldsOf(bytes.subarray(5)).get('C') ?? '')
    if ('CEI'.includes(type)) this.#ended = performance.now()
    if (type === 'C') this.tag = bytes.toString('latin1', 5, bytes.length - 1).replace(/( \d+)+$/, '')
    if (type === 'E') this.failure = failureOf(bytes)
    if (type === 'I') this.isEmpty = true
    if ('CEIs'.includes(type)) this.isSuspended = type === 's'
  }
}
