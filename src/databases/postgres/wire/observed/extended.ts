import type { Refusal } from '../../../../core/errors.ts'
import { ServerError } from '../protocol/server-error.ts'
import { message } from '../protocol/write.ts'
import { ask } from './ask.ts'
import type { Receiver } from './expected.ts'
import type { Guard } from './guard.ts'
import { Held } from './held.ts'
import { lost } from './lost.ts'
import { isGivenUp } from './patience.ts'
import { Portals } from './portals.ts'
import { type Prepared, PreparedStatements, unknown } from './prepared.ts'
import { Series } from './series.ts'
import { firstWords, segmentsOf } from './statements/segments.ts'

/** For a message of the wire's own: what nobody has asked for is the client's. */
const unasked: Receiver = { readsRows: true, take: (type) => 'NSA'.includes(type) }

/**
 * What is done with the messages of the extended protocol: series of them, each up to a Sync, which ends the transaction if
 * none was begun.
 */
export class Extended {
  readonly #guard: Guard
  readonly #statements = new PreparedStatements()
  readonly #portals: Portals
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

  constructor(guard: Guard) {
    this.#guard = guard
    this.#portals = new Portals(guard, () => this.#mayRepeat)
  }

  /** Whether a series has begun that no Sync has ended yet. */
  get isUnderWay(): boolean {
    return !this.#isFresh
  }

  /** Any but a Sync. */
  async message(type: string, bytes: Buffer): Promise<void> {
    if (!(await this.#begin())) return
    if (type !== 'H') this.#series.keep(type, bytes)
    await this.#pass(type, bytes)
  }

  async #pass(type: string, bytes: Buffer): Promise<void> {
    switch (type) {
      case 'P':
        return await this.#parse(bytes)
      case 'B':
        return await this.#bind(bytes)
      case 'E':
        return await this.#execute(bytes)
      case 'C':
        if (bytes[5] === 'P'.charCodeAt(0)) this.#portals.close(textsIn(bytes, 6)[0] ?? '')
        return this.#send('close', bytes)
      case 'D':
        return this.#send('describe', bytes)
      default:
        return await this.#flush(bytes)
    }
  }

  async #parse(bytes: Buffer): Promise<void> {
    const [name = '', sql = ''] = textsIn(bytes, 5)
    const refusal = this.#guard.unreadable(sql)
    if (refusal !== undefined) {
      await this.#refuse(refusal)
      return
    }
    const segments = segmentsOf(sql, this.#guard.conversation.settings.isBackslashPlain)
    // There is one at most, and semicolons may stand before it.
    const first = segments.find(({ kind }) => kind !== 'other') ?? segments[0]
    const prepared = first === undefined ? unknown : { ...first, sql }
    const watched = this.#portals.watch(prepared, this.#series.before(this.#held))
    const receiver = this.#statements.asked(name, prepared, watched)
    this.#guard.conversation.send(bytes, { owed: 'parse', receiver })
  }

  async #bind(bytes: Buffer): Promise<void> {
    const [portal = '', name = ''] = textsIn(bytes, 5)
    if (this.#statements.isUncertain(name)) await this.#answered()
    const prepared = this.#statements.coming(name)
    this.#portals.bind(portal, prepared)
    if (prepared.kind === 'other' && !this.#isInTransaction && !this.#isForAlone) this.#wrap()
    const receiver = this.#portals.watch(prepared, this.#series.before(this.#held))
    this.#guard.conversation.send(bytes, { owed: 'bind', receiver })
  }

  #send(owed: 'describe' | 'close', bytes: Buffer): void {
    this.#guard.conversation.send(bytes, { owed, receiver: this.#series.before(this.#held) })
  }

  /** The client waits for what it was not told yet. */
  async #flush(bytes: Buffer): Promise<void> {
    const { conversation } = this.#guard
    do {
      conversation.send(bytes)
      await conversation.copying(conversation.quiet())
    } while (await this.#repeats())
    if (this.#held !== undefined) this.#tell(this.#held)
  }

  async #execute(bytes: Buffer): Promise<void> {
    const [portal = ''] = textsIn(bytes, 5)
    const prepared = this.#portals.get(portal)
    const kind = this.#isForAlone && prepared.kind === 'other' ? 'alone' : prepared.kind
    const isOpen = this.#isInTransaction || this.#isWrapped
    const isUncertain = kind !== 'other' && (isOpen || kind === 'alone')
    if (isUncertain) await this.#answered()
    if (isUncertain && (await this.#repeats())) return // with this
    if (this.#guard.conversation.isSkipping) return // it is read by nobody
    const refusal = await this.#refusalOf({ ...prepared, kind }, isOpen)
    if (refusal !== undefined) {
      await this.#refuse(refusal)
      return
    }
    if (kind === 'alone' && !isOpen) {
      await this.#executeAlone(portal, bytes)
      return
    }
    this.#portals.execute(portal, bytes, this.#held, this.#series.before(this.#held, prepared))
    if (kind === 'rollback') this.#guard.isDirty = true
    if (kind === 'begin') this.#isInTransaction = true
    if (kind === 'commit' || kind === 'rollback') this.#isInTransaction = false
    // From here on, the transaction is the client's.
    if (kind !== 'other' && (kind !== 'begin' || this.#isWrapped)) this.#letGo()
  }

  async #executeAlone(portal: string, bytes: Buffer): Promise<void> {
    const { patience } = this.#guard
    const invalid = await patience?.invalidIndexes()
    this.#isForAlone = false
    const receiver = this.#series.before(this.#held, { ...this.#portals.get(portal), kind: 'alone' })
    await this.#portals.executeAlone(portal, bytes, receiver)
    if (!(await this.#repeats(invalid))) this.#letGo()
  }

  async #refusalOf(
    { kind, words, sql }: Prepared,
    isOpen: boolean,
  ): Promise<Refusal | ServerError | undefined> {
    if (kind === 'alone' && !isOpen) return this.#guard.alone(firstWords(words), { words, sql })
    if (kind !== 'commit' || !isOpen) return undefined
    if (this.#guard.conversation.status !== 'failed') return await this.#judge()
    this.#guard.isDirty = true // it is taken for a ROLLBACK
    return undefined
  }

  async #judge(): Promise<Refusal | ServerError | undefined> {
    const why = await this.#guard.judge('flush')
    if (why instanceof ServerError) {
      await this.#resume()
      await this.#guard.rollBack(why)
    }
    return why
  }

  /** After an error the server reads nothing up to a Sync: this is one that the client did not send. */
  async #resume(): Promise<void> {
    const { conversation } = this.#guard
    conversation.send(message('S'), { owed: 'sync', receiver: unasked })
    await conversation.quiet()
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
    } while (await this.#repeats())
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
  get #mayRepeat(): boolean {
    const { conversation, patience } = this.#guard
    const error = this.#held?.error
    if (error === undefined || !this.#series.isRepeatable || conversation.hasPassedRows) return false
    if (this.#isWrapped && this.#guard.isForAlone(error)) return this.#series.isOfOne
    return patience !== undefined && isGivenUp(error)
  }

  /** Sends the series once more where that may help. `invalid`: indexes that were so before. Gives back whether it did. */
  async #repeats(invalid?: readonly string[]): Promise<boolean> {
    const { conversation, patience } = this.#guard
    const error = this.#held?.error
    if (!this.#mayRepeat) return false
    const isForAlone = this.#isWrapped && this.#guard.isForAlone(error)
    if (!isForAlone && !(await patience?.sleeps(error))) return false
    if (conversation.isSkipping) await this.#resume()
    if (conversation.status !== 'idle') await this.#guard.rollBack()
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
      await this.#pass(type, bytes)
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
  async #refuse(refusal: Refusal | ServerError): Promise<void> {
    await this.#answered()
    if (this.#guard.conversation.isSkipping) return // it was told of another error
    this.#isRefused = true
    this.#letGo()
    this.#guard.refuse(refusal)
  }

  async #answered(): Promise<void> {
    this.#guard.conversation.send(message('H'))
    await this.#guard.conversation.quiet()
  }

  /** Whether what comes is for the server: after a refusal it is for nobody. */
  async #begin(): Promise<boolean> {
    if (this.#isFresh) {
      const { conversation, patience } = this.#guard
      await conversation.quiet()
      this.#isInTransaction = conversation.status !== 'idle'
      this.#wasInTransaction = this.#isInTransaction
      if (!this.#isInTransaction) {
        await this.#guard.clear()
        patience?.end()
      }
      this.#statements.settled()
      conversation.hasPassedRows = false
      const isRepeatable = !this.#isInTransaction || patience?.canBeginAnew === true
      this.#series = new Series(isRepeatable)
      this.#held = isRepeatable && patience !== undefined ? this.#hold() : undefined
      this.#isWrapped = false
      this.#isForAlone = false
      this.#isFresh = false
    }
    return !this.#isRefused
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
  #letGo(): void {
    this.#series.end()
    if (this.#held !== undefined) this.#tell(this.#held)
    this.#held?.letGo()
    this.#held = undefined
    this.#isWrapped = false
  }
}

/** The texts that a message has from here on, as far as they are texts. */
function textsIn(bytes: Buffer, from: number): readonly [string?, string?] {
  const first = bytes.indexOf(0, from)
  const second = bytes.indexOf(0, first + 1)
  return [
    bytes.toString('latin1', from, first),
    bytes.toString('latin1', first + 1, second < 0 ? bytes.length : second),
  ]
}
