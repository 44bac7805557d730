import type { Refusal } from '../../../../core/errors.ts'
import type { ServerError } from '../protocol/server-error.ts'
import { message } from '../protocol/write.ts'
import { ask } from './ask.ts'
import type { Receiver } from './expected.ts'
import type { Guard } from './guard.ts'
import { Held } from './held.ts'
import { lost } from './lost.ts'
import { isGivenUp } from './patience.ts'
import type { Portals } from './portals.ts'
import type { Prepared } from './prepared.ts'
import { Series } from './series.ts'
import type { Kind } from './statements/kind.ts'
import { textsIn } from './texts-in.ts'

/** For a message of the wire's own: what nobody has asked for is the client's. */
const unasked: Receiver = { readsRows: true, take: (type) => 'NSA'.includes(type) }

/** Says a message once more that the client has sent before. */
type Say = (type: string, bytes: Buffer) => Promise<void>

/**
 * The way of one series of messages after another, from its first to its Sync: in whose transaction it is, what the client
 * is told of it and when, and whether it is sent once more.
 */
export class Course {
  readonly #guard: Guard
  readonly #portals: Portals
  readonly #say: Say
  #series = new Series(false)
  #isFresh = true
  #wasInTransaction = false
  #isInTransaction = false
  /** What the client is told once it is known what the series comes to. */
  #held: Held | undefined
  /** The transaction is ours. */
  #isWrapped = false
  /** What is executed first commits by itself: the server has refused it in a transaction of ours. */
  #isForAlone = false
  #isRefused = false
  /** The last time that a series is sent once more: it may happen in the midst of such a time. */
  #attempt: symbol | undefined

  constructor(guard: Guard, portals: Portals, say: Say) {
    this.#guard = guard
    this.#portals = portals
    this.#say = say
  }

  /** Whether a series has begun that no Sync has ended yet. */
  get isUnderWay(): boolean {
    return !this.#isFresh
  }

  /** Whether what comes is for nobody, up to the Sync. */
  get isRefused(): boolean {
    return this.#isRefused
  }

  /** To be called before the first message of a series. */
  async begin(): Promise<void> {
    const { conversation, patience } = this.#guard
    await conversation.quiet()
    this.#isInTransaction = conversation.status !== 'idle'
    this.#wasInTransaction = this.#isInTransaction
    if (!this.#isInTransaction) {
      await this.#guard.clear()
      patience?.end()
    }
    conversation.hasPassedRows = false
    const isRepeatable = !this.#isInTransaction || patience?.canBeginAnew === true
    this.#series = new Series(isRepeatable)
    this.#held = isRepeatable && patience !== undefined ? this.#hold() : undefined
    this.#isWrapped = false
    this.#isForAlone = false
    this.#isFresh = false
  }

  /** Keeps a message, to be sent once more. */
  keep(type: string, bytes: Buffer): void {
    this.#series.keep(type, bytes)
  }

  /** Where the answer to a message goes that is about to be sent; `executed`: by which that is executed. */
  before(executed?: Prepared): Receiver {
    return this.#series.before(this.#held, executed)
  }

  get held(): Held | undefined {
    return this.#held
  }

  /** Whether a transaction is open, the client's or ours. */
  get isOpen(): boolean {
    return this.#isInTransaction || this.#isWrapped
  }

  get isForAlone(): boolean {
    return this.#isForAlone
  }

  /** What commits by itself is executed now. */
  aloneIsExecuted(): void {
    this.#isForAlone = false
  }

  /** Begins a transaction of ours around work that is in none. */
  wrapWork(): void {
    if (!this.#isInTransaction && !this.#isForAlone) this.#wrap()
  }

  /** A statement is executed that may begin or end a transaction. */
  executes(kind: Kind): void {
    if (kind === 'begin') this.#isInTransaction = true
    if (kind === 'commit' || kind === 'rollback') this.#isInTransaction = false
    // From here on, the transaction is the client's.
    if (kind !== 'other' && (kind !== 'begin' || this.#isWrapped)) this.letGo()
  }

  /** The client waits for what it was not told yet. */
  async flush(bytes: Buffer): Promise<void> {
    const { conversation } = this.#guard
    do {
      conversation.send(bytes)
      await conversation.copying(conversation.quiet())
    } while (await this.repeats())
    if (this.#held !== undefined) this.#tell(this.#held)
  }

  /** Resolves once the client has its answer. */
  async sync(bytes: Buffer): Promise<void> {
    const { conversation } = this.#guard
    if (conversation.isCopyingIn) {
      conversation.send(bytes) // which the server ignores
      return
    }
    do {
      if (this.#held === undefined) {
        await this.#syncFreely(bytes)
        break
      }
      const finished = this.#held.finished()
      conversation.send(bytes, { owed: 'sync', receiver: this.#held })
      if ((await finished) === 'ignored') return // there is another after the rows
    } while (await this.repeats())
    if (this.#held !== undefined) await this.#settle(this.#held)
    this.#held = undefined
    this.#isFresh = true
    this.#isRefused = false
  }

  /** The client was told everything as it came. */
  async #syncFreely(bytes: Buffer): Promise<void> {
    const { conversation, patience } = this.#guard
    if (this.#isRefused) this.#guard.rollBackSeries()
    conversation.send(bytes, { owed: 'sync', receiver: this.#afterSeries() })
    await this.#portals.copied()
    patience?.end()
  }

  /** Outside a transaction, what was told of a series that failed before its work is over with it. */
  #afterSeries(): Receiver {
    const { conversation, witness } = this.#guard
    const take = () => {
      if (conversation.status === 'idle') void witness?.ended('rolled back')
      return true
    }
    return { readsRows: false, take }
  }

  /** Ends the transaction of ours around a series, if there is one, and tells the client what it has not heard yet. */
  async #settle(held: Held): Promise<void> {
    const guard = this.#guard
    if (this.#isWrapped) this.#portals.closeAll()
    if (held.error !== undefined) await this.#fail(held)
    else if (!this.#isWrapped) await this.#goOn(held)
    else if (held.isBegun) {
      if (guard.conversation.status === 'idle') throw lost('a series of messages')
      await this.#portals.copied()
      const why = (await this.#refusalOfOurs()) ?? (await guard.commit())
      if (why === undefined) held.release()
      else guard.refuse(why)
    } else await guard.witness?.ended('rolled back')
    guard.ready()
  }

  async #refusalOfOurs(): Promise<Refusal | ServerError | undefined> {
    const why = await this.#guard.judge('sync')
    if (why !== undefined) await this.#guard.rollBack(why)
    return why
  }

  async #fail(held: Held): Promise<void> {
    const { conversation, witness, patience } = this.#guard
    this.#portals.tellFailure()
    if (this.#isWrapped) await this.#guard.rollBack()
    else if (conversation.status === 'idle') await witness?.ended('rolled back')
    patience?.end()
    this.#tell(held)
  }

  /** Nothing but what is before work can be said again. */
  async #goOn(held: Held): Promise<void> {
    const { conversation, patience } = this.#guard
    await this.#portals.copied()
    if (!this.#series.isRepeatable || conversation.status === 'idle') patience?.end()
    else for (const { kind, sql } of this.#series.quiet) patience?.hear(kind, sql)
    held.release()
  }

  /** What the client has not heard yet. */
  #tell(held: Held): void {
    const guard = this.#guard
    held.release()
    const error = held.takeError()
    if (error === undefined) return
    this.#series.end()
    this.#portals.tellFailure()
    const isOfOurs = this.#isWrapped && guard.isEnforced && guard.isForAlone(error)
    const refusal = isOfOurs ? guard.alone('This') : undefined
    if (refusal === undefined) guard.conversation.tell(error)
    else guard.refuse(refusal)
  }

  /** Whether it may help to send once more what has failed. */
  get mayRepeat(): boolean {
    const { conversation, patience } = this.#guard
    const error = this.#held?.error
    if (error === undefined || !this.#series.isRepeatable || conversation.hasPassedRows) return false
    if (this.#isWrapped && this.#guard.isForAlone(error)) return this.#series.isOfOne
    return patience !== undefined && isGivenUp(error)
  }

  /** Sends the series once more where that may help. `invalid`: indexes that were so before. Gives back whether it did. */
  async repeats(invalid?: readonly string[]): Promise<boolean> {
    const { conversation, patience } = this.#guard
    const error = this.#held?.error
    if (!this.mayRepeat) return false
    const isForAlone = this.#isWrapped && this.#guard.isForAlone(error)
    if (!isForAlone && !(await patience?.sleeps(error))) return false
    if (conversation.isSkipping) await this.resume()
    if (conversation.status !== 'idle') await this.#guard.rollBackToRepeat()
    if (invalid !== undefined && !(await patience?.dropFailed(invalid))) return false
    await this.#guard.clear()
    if (this.#wasInTransaction && !(await patience?.beginAnew())) throw lost('a series of messages')
    this.#portals.forgive()
    this.#isWrapped = false
    this.#isForAlone = isForAlone
    this.#isInTransaction = this.#wasInTransaction
    this.#held = this.#hold()
    const attempt = Symbol('an attempt')
    this.#attempt = attempt
    for (const { type, bytes } of this.#series.again()) {
      if (this.#attempt !== attempt || this.#isRefused) break
      if (type === 'P') this.#takeBack(bytes)
      await this.#say(type, bytes)
    }
    return true
  }

  /** A statement stays prepared when its transaction is rolled back, and can't be prepared once more under its name. */
  #takeBack(parse: Buffer): void {
    const [name = ''] = textsIn(parse, 5)
    const named = Buffer.concat([Buffer.from('S'), Buffer.from(`${name}\0`, 'latin1')])
    if (name !== '') this.#guard.conversation.send(message('C', named), { owed: 'close', receiver: unasked })
  }

  /** What was asked before is answered before. */
  async refuse(refusal: Refusal | ServerError): Promise<void> {
    await this.answered()
    if (this.#guard.conversation.isSkipping) return // it was told of another error
    this.#isRefused = true
    this.letGo()
    this.#guard.refuse(refusal)
  }

  async answered(): Promise<void> {
    this.#guard.conversation.send(message('H'))
    await this.#guard.conversation.quiet()
  }

  /** After an error the server reads nothing up to a Sync: this is one that the client did not send. */
  async resume(): Promise<void> {
    const { conversation } = this.#guard
    conversation.send(message('S'), { owed: 'sync', receiver: unasked })
    await conversation.quiet()
  }

  #hold(): Held {
    return new Held((bytes) => this.#guard.conversation.tell(bytes))
  }

  #wrap(): void {
    if (this.#isWrapped) return
    const held = this.#held ?? this.#hold()
    this.#held = held
    this.#isWrapped = true
    const begun = () => {
      held.isBegun = true
    }
    ask(this.#guard.conversation, 'begin', 'none').then(begun, () => {})
  }

  /** From here on, the client is told everything as it comes. */
  letGo(): void {
    this.#series.end()
    if (this.#held !== undefined) this.#tell(this.#held)
    this.#held?.letGo()
    this.#held = undefined
    this.#isWrapped = false
  }
}
