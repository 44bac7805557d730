import { Garbled } from '../protocol/inbox.ts'
import { error, message } from '../protocol/write.ts'
import type { Conversation } from './conversation.ts'
import { Extended } from './extended.ts'
import type { Guard } from './guard.ts'
import { Simple } from './simple.ts'

/** Takes what a client says, in order, and says it to the server when the time has come. */
export class Gatekeeper {
  readonly #guard: Guard
  readonly #conversation: Conversation
  readonly #simple: Simple
  readonly #extended: Extended
  /** What goes on while rows may come that it waits for. */
  #current: Promise<void> = Promise.resolve()

  readonly #failed: (error: unknown) => void

  constructor(guard: Guard, failed: (error: unknown) => void) {
    this.#guard = guard
    this.#failed = failed
    this.#conversation = guard.conversation
    this.#simple = new Simple(guard)
    this.#extended = new Extended(guard)
  }

  /** Rows of a COPY, in whatever portions. */
  async rows(bytes: Buffer): Promise<void> {
    await this.#readsRows()
    this.#conversation.send(bytes)
  }

  async message(type: string, bytes: Buffer): Promise<void> {
    if (type === 'c' || type === 'f') {
      await this.rows(bytes)
      this.#conversation.isCopyingIn = false
      return
    }
    if (type !== 'H' && type !== 'S') await this.#current
    else await this.#readsRows()
    await this.#pass(type, bytes)
  }

  async #pass(type: string, bytes: Buffer): Promise<void> {
    switch (type) {
      case 'Q':
        this.#mustBeEnded()
        this.#current = this.#simple.query(bytes).catch(this.#failed)
        break
      case 'S':
        this.#current = this.#extended.sync(bytes).catch(this.#failed)
        break
      case 'P':
      case 'B':
      case 'D':
      case 'E':
      case 'C':
      case 'H':
        return await this.#extended.message(type, bytes)
      case 'F':
        return await this.#call(bytes)
      default:
        this.#conversation.send(bytes)
    }
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#current
  }

  /** A call of a function by its number: large objects are written by it. */
  async #call(bytes: Buffer): Promise<void> {
    this.#mustBeEnded()
    const conversation = this.#conversation
    await conversation.quiet()
    const refusal = conversation.status === 'idle' ? this.#guard.alone('A function call') : undefined
    if (refusal === undefined) {
      conversation.send(bytes, { owed: 'call', receiver: undefined })
      this.#guard.sent([], 'other')
      return
    }
    conversation.tell(
      Buffer.concat([
        error({ state: 'PU001', message: refusal.message, hint: refusal.remedy }),
        message('Z', Buffer.from('I')),
      ]),
    )
  }

  /** No client does that, and what it would mean for the transaction nobody needs to know. */
  #mustBeEnded(): void {
    if (this.#extended.isUnderWay) throw new Garbled('a series of messages was not ended by a Sync')
  }

  /** Resolves when rows are read, or nothing is under way that could. */
  async #readsRows(): Promise<void> {
    await this.#conversation.copying(this.#current)
  }
}
