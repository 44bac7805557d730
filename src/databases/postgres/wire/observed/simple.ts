import type { Refusal } from '../../../../core/errors.ts'
import { message } from '../protocol/write.ts'
import { ask } from './ask.ts'
import type { Status } from './conversation.ts'
import type { Guard } from './guard.ts'
import { Held } from './held.ts'
import { lost } from './lost.ts'
import { shiftPosition } from './shift-position.ts'
import { firstWords, type Segment, segmentsOf } from './statements/segments.ts'
import type { Alone } from './witness/alone.ts'
import type { Look } from './witness/books.ts'
import type { Sight } from './witness/sight.ts'
import { isQuiet, setsTimeout } from './witness/witness.ts'

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
    const segments = segmentsOf(sql, isBackslashPlain, this.#guard.isByStatement)
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

/** What the server said to a statement. */
interface Sent {
  readonly held: Held
  readonly sight: Sight | undefined
  readonly look: Look | undefined
  readonly alone: Alone | undefined
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
    const sent = await this.#sendPatiently(segment)
    if (sent.held.error !== undefined) return await this.#fail(sent, segment, before)
    const mustBeOpen = segment.kind === 'other' && wasIn !== 'failed'
    if (mustBeOpen && conversation.status === 'idle') throw lost(firstWords(segment.words))
    await this.#tell(sent)
    this.#remember(segment, wasIn)
    if (segment.kind !== 'other') this.#isOurs = false
    return true
  }

  /** What comes before it; why it is not run. */
  async #prepare({ kind, words, sql }: Segment) {
    const guard = this.#guard
    const { status } = guard.conversation
    if (kind === 'commit' && status === 'in transaction') {
      const refusal = await guard.judge('sync', words)
      if (refusal !== undefined) await guard.rollBack(refusal)
      return refusal
    }
    if (kind === 'rollback' || status === 'failed') guard.isDirty = true
    if (status !== 'idle') return undefined
    if (kind === 'alone') return guard.alone(firstWords(words), { words, sql })
    if (kind === 'begin' || kind === 'other') await guard.clear()
    if (kind === 'other') {
      this.#isOurs = true
      guard.patience?.begin('begin')
      // Not waited for: the server does it before what comes next, and its failure is that of the next as well.
      ask(guard.conversation, 'begin', 'sync').catch(() => {})
    }
    return undefined
  }

  /** What was said in a transaction before its work can be said again. */
  #remember({ kind, words, sql }: Segment, wasIn: Status): void {
    const { patience } = this.#guard
    if (kind === 'begin' && wasIn === 'idle') patience?.begin(sql)
    else if (kind === 'other' && isQuiet(words)) patience?.prepare(sql)
    else patience?.end()
  }

  /** Again, if it gave up waiting for a lock and is the first work of its transaction, or commits by itself. */
  async #sendPatiently(segment: Segment): Promise<Sent> {
    const { conversation, patience } = this.#guard
    const isAlone = segment.kind === 'alone' && conversation.status === 'idle'
    const invalid = isAlone ? await patience?.invalidIndexes() : undefined
    let isDescribed = false
    for (;;) {
      const sent = await this.#send(segment, isDescribed)
      isDescribed = sent.held.isDescribed
      const isFirst = segment.kind === 'other' && patience?.canBeginAnew === true
      const canRepeat = (isAlone || isFirst) && !conversation.hasPassedRows
      if (patience === undefined || !canRepeat || !(await patience.sleeps(sent.held.error))) return sent
      if (isAlone) {
        if (!(await patience.dropFailed(invalid ?? []))) return sent
        await sent.alone?.end(async () => new Map())
      } else {
        await this.#guard.rollBackToRepeat()
        await this.#guard.clear()
        if (!(await patience.beginAnew())) throw lost(firstWords(segment.words))
      }
    }
  }

  /** `isDescribed`: the client has been told what the rows look like. */
  async #send(segment: Segment, isDescribed = false): Promise<Sent> {
    const { conversation, witness } = this.#guard
    const held = new Held((bytes) => conversation.tell(bytes), isDescribed)
    conversation.hasPassedRows = false
    this.#held = held
    const finished = held.finished()
    const isAlone = segment.kind === 'alone' && conversation.status === 'idle'
    if (isAlone) await this.#guard.clear()
    const alone = isAlone ? await witness?.watch() : undefined
    const sight = witness?.sight(segment)
    const bytes = message('Q', Buffer.from(`${segment.sql}\0`, 'latin1'))
    const receiver = this.#guard.answering(segment.kind, sight?.before(held) ?? held)
    conversation.send(bytes, { owed: 'query', receiver })
    this.#guard.sent(segment.words, segment.kind)
    const isAsked = sight !== undefined && witness?.isWorthAsking(sight) === true
    // Asked along with it, unless rows come in between that the server would not find.
    const isAhead = isAsked && segment.words[0] !== 'COPY'
    const ahead = isAhead ? this.#look(sight) : undefined
    await finished
    const isLate = isAsked && !isAhead && held.error === undefined
    const look = await (isLate ? this.#look(sight) : ahead)
    if (look !== undefined && 'error' in look.answer && held.error === undefined) {
      held.error = look.answer.error.bytes // the transaction has failed with it
      sight?.fail(look.answer.error.bytes)
    }
    return { held, sight, look, alone }
  }

  #look(sight: Sight): Promise<Look> {
    return new Promise((resolve) => this.#guard.witness?.look(sight, { ending: 'sync' }, resolve))
  }

  async #tell({ sight, look, alone }: Sent): Promise<void> {
    const { conversation, witness } = this.#guard
    if (witness === undefined || sight === undefined) return
    if (alone === undefined) await witness.tell(sight, look)
    else await witness.tellAlone(sight, alone)
    if (sight.failure !== undefined || !setsTimeout(sight.seen.words)) return
    witness.lookAtTimeout({ ending: 'sync' })
    await conversation.quiet()
  }

  async #fail(sent: Sent, segment: Segment, before: () => number): Promise<false> {
    const guard = this.#guard
    const { held } = sent
    const failure = held.error ?? Buffer.alloc(0)
    const isForAlone = this.#isOurs && segment.offset === 0 && guard.isForAlone(failure)
    if (!isForAlone) await this.#tell(sent)
    if (this.#isOurs) await guard.rollBack()
    if (isForAlone) {
      const refusal = guard.alone(firstWords(segment.words), segment)
      if (refusal !== undefined) {
        guard.refuse(refusal)
        return false
      }
      const again = await this.#send({ ...segment, kind: 'alone' })
      await this.#tell(again)
      again.held.release()
      if (again.held.error !== undefined) guard.conversation.tell(again.held.error)
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
        await guard.rollBack(refusal)
        guard.refuse(refusal)
        return
      }
      const failure = await guard.commit()
      if (failure !== undefined) {
        guard.refuse(failure)
        return
      }
    }
    this.#held?.release()
  }
}
