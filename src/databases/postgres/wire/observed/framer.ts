import { Garbled } from '../protocol/inbox.ts'

interface Sink {
  /** Bytes of messages that nobody reads, in whatever portions. */
  pass(bytes: Buffer): void
  /** A whole message that somebody reads. */
  message(type: string, bytes: Buffer): void
}

const headLength = 5

/** Cuts a stream into messages. Those that nobody reads are neither gathered nor copied. */
export class Framer {
  readonly #isRead: (type: number) => boolean
  readonly #sink: Sink
  /** The beginning of a message whose length has not come yet. */
  #head: Buffer = Buffer.alloc(0)
  /** How much is left of a message that nobody reads. */
  #passing = 0
  /** How much is missing of one that somebody reads, and what there is. */
  #missing = 0
  #parts: Buffer[] = []

  /** `isRead` is asked for a type's byte when a message begins, after those that were read before it. */
  constructor(isRead: (type: number) => boolean, sink: Sink) {
    this.#isRead = isRead
    this.#sink = sink
  }

  /** Throws `Garbled`, and what the sink throws. */
  push(chunk: Buffer): void {
    let at = 0
    let passFrom = 0
    const pass = (end: number) => {
      if (end > passFrom) this.#sink.pass(chunk.subarray(passFrom, end))
    }
    while (at < chunk.length) {
      if (this.#passing > 0) {
        at += this.#skip(chunk.length - at)
      } else if (this.#missing > 0) {
        at += this.#gather(chunk, at)
        passFrom = at
      } else if (this.#head.length === 0 && this.#isPassed(chunk, at)) {
        at += headLength
      } else {
        const begin = at
        const earlier = this.#head.length
        at = Math.min(begin + headLength - earlier, chunk.length)
        const head =
          earlier === 0 ? chunk.subarray(begin, at) : Buffer.concat([this.#head, chunk.subarray(begin, at)])
        pass(begin)
        passFrom = at
        this.#head = head.length < headLength ? head : Buffer.alloc(0)
        if (head.length === headLength) this.#begin(head)
      }
    }
    pass(at)
  }

  /** The way of most messages: nobody reads them, and their beginning is there. */
  #isPassed(chunk: Buffer, at: number): boolean {
    if (chunk.length - at < headLength || this.#isRead(chunk[at] ?? 0)) return false
    this.#passing = bodyLength(chunk, at)
    return true
  }

  #begin(head: Buffer): void {
    const length = bodyLength(head, 0)
    if (!this.#isRead(head[0] ?? 0)) {
      this.#sink.pass(head)
      this.#passing = length
      return
    }
    this.#parts = [head]
    this.#missing = length
    if (length === 0) this.#deliver()
  }

  #skip(available: number): number {
    const length = Math.min(this.#passing, available)
    this.#passing -= length
    return length
  }

  #gather(chunk: Buffer, at: number): number {
    const part = chunk.subarray(at, at + this.#missing)
    this.#parts.push(part)
    this.#missing -= part.length
    if (this.#missing === 0) this.#deliver()
    return part.length
  }

  #deliver(): void {
    const bytes = Buffer.concat(this.#parts)
    this.#parts = []
    this.#sink.message(String.fromCharCode(bytes[0] ?? 0), bytes)
  }
}

function bodyLength(bytes: Buffer, at: number): number {
  const length = bytes.readInt32BE(at + 1) - 4
  if (length < 0) throw new Garbled('what came is no message of PostgreSQL')
  return length
}
