import type { Refusal } from '../../../../core/errors.ts'
import { message } from '../protocol/write.ts'
import { ask } from './ask.ts'
import type { Guard } from './guard.ts'
import { Held } from './held.ts'
import { lost } from './lost.ts'
import { shiftPosition } from './shift-position.ts'
import { type Segment, segmentsOf } from './statements/segments.ts'

/** What is done with the messages of the simple protocol: a text of one statement or many, which is answered as a whole. */
export class Simple {
  readonly #guard: Guard

  constructor(guard: Guard) {
    this.#guard = guard
  }

  /** Resolves once the client has its answer. */
  async query(bytes: Buffer): Promise<void> {
    await this.#guard.conversation.quiet()
    const sql = bytes.toString('latin1', 5, bytes.length - 1)
    const refusal = this.#guard.unreadable(sql)
    if (refusal === undefined) await this.#run(sql)
    else this.#guard.refuse(refusal)
    this.#guard.ready()
  }

  async #run(sql: string): Promise<void> {
    const { settings } = this.#guard.conversation
    const { isBackslashPlain } = settings
    const segments = segmentsOf(sql, isBackslashPlain)
    const transaction = new Wrapped(this.#guard)
    for (const [index, segment] of segments.entries()) {
      // The server read the whole message before it ran the first part. Of the rest, it would read each part anew.
      if (settings.isBackslashPlain !== isBackslashPlain) return await transaction.giveUp()
      const before = () => Buffer.from(sql.slice(0, segment.offset), 'latin1').toString().length
      if (!(await transaction.run(segment, before))) return
      if (index === segments.length - 1) await transaction.finish()
      else transaction.goOn()
    }
  }
}

const misread: Refusal = {
  code: 'WIRE_UNOBSERVED',
  message: 'standard_conforming_strings was changed in the middle of a message, which was rolled back.',
  remedy: 'Change it in a message of its own.',
}

/** One message's way through: a transaction of ours around what is in none. */
class Wrapped {
  readonly #guard: Guard
  #isOurs = false
  #held: Held | undefined

  constructor(guard: Guard) {
    this.#guard = guard
  }

  /** Whether there is more to do: the rest of a message is not run after an error. */
  async run(segment: Segment, before: () => number): Promise<boolean> {
    const { conversation } = this.#guard
    const wasIn = conversation.status
    const refusal = await this.#prepare(segment)
    if (refusal !== undefined) {
      this.#guard.refuse(refusal)
      return false
    }
    const held = await this.#send(segment.sql)
    if (held.error !== undefined) return await this.#fail(held, segment, before)
    const mustBeOpen = segment.kind === 'other' && wasIn !== 'failed'
    if (mustBeOpen && conversation.status === 'idle') throw lost(segment.words)
    if (segment.kind !== 'other') this.#isOurs = false
    return true
  }

  /** What comes before it; why it is not run. */
  async #prepare({ kind, words }: Segment) {
    const guard = this.#guard
    const { status } = guard.conversation
    if (kind === 'commit' && status === 'in transaction') {
      const refusal = await guard.judge('sync')
      if (refusal !== undefined) await guard.rollBack()
      return refusal
    }
    if (kind === 'rollback' || status === 'failed') guard.isDirty = true
    if (status !== 'idle') return undefined
    if (kind === 'alone') return guard.alone(words)
    if (kind === 'begin' || kind === 'other') await guard.clear()
    if (kind === 'other') {
      this.#isOurs = true
      // Not waited for: the server does it before what comes next, and its failure is that of the next as well.
      ask(guard.conversation, 'begin', 'sync').catch(() => {})
    }
    return undefined
  }

  async #send(sql: string): Promise<Held> {
    const { conversation } = this.#guard
    const held = new Held((bytes) => conversation.tell(bytes))
    this.#held = held
    const finished = held.finished()
    const bytes = message('Q', Buffer.from(`${sql}\0`, 'latin1'))
    conversation.send(bytes, { owed: 'query', receiver: held })
    await finished
    return held
  }

  async #fail(held: Held, { sql, words, offset }: Segment, before: () => number): Promise<false> {
    const guard = this.#guard
    const failure = held.error ?? Buffer.alloc(0)
    if (this.#isOurs) await guard.rollBack()
    if (this.#isOurs && offset === 0 && guard.isForAlone(failure)) {
      const refusal = guard.alone(words)
      if (refusal !== undefined) {
        guard.refuse(refusal)
        return false
      }
      const again = await this.#send(sql)
      again.release()
      if (again.error !== undefined) guard.conversation.tell(again.error)
      return false
    }
    held.release()
    guard.conversation.tell(shiftPosition(failure, before()))
    return false
  }

  /** In the middle of a message that can't be read any more. */
  async giveUp(): Promise<void> {
    if (this.#guard.conversation.status !== 'idle') await this.#guard.rollBack()
    this.#guard.refuse(misread)
  }

  /** Between two parts of a message. */
  goOn(): void {
    this.#held?.release()
  }

  /** Commits what is ours, and tells the client that its last statement is done. */
  async finish(): Promise<void> {
    const guard = this.#guard
    if (this.#isOurs) {
      const refusal = await guard.judge('sync')
      if (refusal !== undefined) {
        await guard.rollBack()
        guard.refuse(refusal)
        return
      }
      const failure = await guard.commit()
      if (failure !== undefined) {
        guard.conversation.tell(failure)
        return
      }
    }
    this.#held?.release()
  }
}
