import type { Duplex } from 'node:stream'

/** One message as it came: its type, what follows its length, and all of its bytes. */
export interface Message {
  readonly type: string
  readonly body: Buffer
  readonly bytes: Buffer
}

/** The other side went away in the middle of a conversation. */
export class HungUp extends Error {
  constructor(reason = 'the connection was closed') {
    super(reason)
    this.name = 'HungUp'
  }
}

/** What came is not PostgreSQL's protocol. */
export class Garbled extends Error {}

// Much more than a start, an error or a setting ever has.
const longestMessage = 1_048_576

/** Reads a conversation's beginning by its parts. It takes whatever comes, until the rest is handed over. */
export class Inbox {
  readonly #stream: Duplex
  #held: Buffer = Buffer.alloc(0)
  #end: HungUp | undefined
  #wake = () => {}

  constructor(stream: Duplex) {
    this.#stream = stream
    stream.on('readable', this.#take)
    stream.on('end', this.#onEnd)
    stream.on('close', this.#onEnd)
    stream.on('error', this.#onError)
  }

  /** Throws `HungUp`. */
  async bytes(count: number): Promise<Buffer> {
    while (this.#held.length < count) {
      if (this.#end !== undefined) throw this.#end
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const taken = this.#held.subarray(0, count)
    this.#held = this.#held.subarray(count)
    return taken
  }

  /** Throws `HungUp` and `Garbled`. */
  async message(): Promise<Message> {
    const head = await this.bytes(5)
    const length = head.readInt32BE(1)
    if (length < 4 || length > longestMessage) throw new Garbled('what came is no message of PostgreSQL')
    const body = await this.bytes(length - 4)
    return { type: String.fromCharCode(head.readUInt8(0)), body, bytes: Buffer.concat([head, body]) }
  }

  /** Leaves the stream to somebody else, and gives back what came and was not read. */
  release(): Buffer {
    this.#stream.off('readable', this.#take)
    this.#stream.off('end', this.#onEnd)
    this.#stream.off('close', this.#onEnd)
    this.#stream.off('error', this.#onError)
    const rest = this.#held
    this.#held = Buffer.alloc(0)
    return rest
  }

  readonly #take = () => {
    for (let chunk = this.#stream.read(); chunk !== null; chunk = this.#stream.read()) {
      this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    }
    this.#wake()
  }

  readonly #onEnd = () => this.#finish(new HungUp())
  readonly #onError = (error: Error) => this.#finish(new HungUp(error.message))

  #finish(end: HungUp): void {
    this.#end ??= end
    this.#wake()
  }
}
