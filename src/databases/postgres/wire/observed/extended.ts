import type { Refusal } from '../../../../core/errors.ts'
import { ServerError } from '../protocol/server-error.ts'
import { message } from '../protocol/write.ts'
import { ask } from './ask.ts'
import type { Receiver } from './expected.ts'
import type { Guard } from './guard.ts'
import { Held } from './held.ts'
import { lost } from './lost.ts'
import { Portals } from './portals.ts'
import { type Prepared, PreparedStatements, unknown } from './prepared.ts'
import { firstWords, segmentsOf } from './statements/segments.ts'

/** For a Sync of the wire's own: what nobody has asked for is the client's. */
const unasked: Receiver = { readsRows: true, take: (type) => 'NSA'.includes(type) }

/**
 * What is done with the messages of the extended protocol: series of them, each up to a Sync, which ends the transaction if
 * none was begun.
 */
export class Extended {
  readonly #guard: Guard
  readonly #statements = new PreparedStatements()
  readonly #portals: Portals
  #isFresh = true
  #isInTransaction = false
  #held: Held | undefined
  #isRefused = false

  constructor(guard: Guard) {
    this.#guard = guard
    this.#portals = new Portals(guard)
  }

  /** Whether a series has begun that no Sync has ended yet. */
  get isUnderWay(): boolean {
    return !this.#isFresh
  }

  async parse(bytes: Buffer): Promise<void> {
    if (!(await this.#begin())) return
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
    const watched = this.#portals.watch(prepared, this.#held)
    const receiver = this.#statements.asked(name, prepared, watched)
    this.#guard.conversation.send(bytes, { owed: 'parse', receiver })
  }

  async bind(bytes: Buffer): Promise<void> {
    if (!(await this.#begin())) return
    const [portal = '', name = ''] = textsIn(bytes, 5)
    if (this.#statements.isUncertain(name)) await this.#answered()
    const prepared = this.#statements.coming(name)
    this.#portals.bind(portal, prepared)
    if (prepared.kind === 'other' && !this.#isInTransaction) this.#wrap()
    const receiver = this.#portals.watch(prepared, this.#held)
    this.#guard.conversation.send(bytes, { owed: 'bind', receiver })
  }

  async describe(bytes: Buffer): Promise<void> {
    if (await this.#begin()) this.#send('describe', bytes)
  }

  async close(bytes: Buffer): Promise<void> {
    if (!(await this.#begin())) return
    const [name = ''] = textsIn(bytes, 6)
    if (bytes[5] === 'P'.charCodeAt(0)) this.#portals.close(name)
    this.#send('close', bytes)
  }

  async flush(bytes: Buffer): Promise<void> {
    if (!(await this.#begin())) return
    // It waits for what it was not told yet.
    this.#guard.conversation.send(bytes)
    await this.#guard.conversation.quiet()
    this.#held?.release()
  }

  async execute(bytes: Buffer): Promise<void> {
    if (!(await this.#begin())) return
    const [portal = ''] = textsIn(bytes, 5)
    const { kind, words, sql } = this.#portals.get(portal)
    const refusal = await this.#refusalOf({ kind, words, sql })
    if (refusal !== undefined) {
      await this.#refuse(refusal)
      return
    }
    const isAlone = kind === 'alone' && !this.#isInTransaction && this.#held === undefined
    if (isAlone) await this.#portals.executeAlone(portal, bytes)
    else this.#portals.execute(portal, bytes, this.#held)
    if (kind === 'begin') this.#isInTransaction = true
    if (kind === 'rollback') this.#guard.isDirty = true
    if (kind === 'commit' || kind === 'rollback') this.#isInTransaction = false
    if (kind !== 'other') this.#unwrap()
  }

  async #refusalOf({ kind, words, sql }: Prepared): Promise<Refusal | ServerError | undefined> {
    const isOpen = this.#isInTransaction || this.#held !== undefined
    const isAsked = (kind === 'alone' && !isOpen) || (kind === 'commit' && isOpen)
    if (!isAsked) return undefined
    const { conversation } = this.#guard
    await this.#answered()
    if (conversation.isSkipping) return undefined // it is read by nobody
    if (kind === 'alone') return this.#guard.alone(firstWords(words), { words, sql })
    if (conversation.status !== 'failed') return await this.#judge()
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
    const held = this.#held
    if (conversation.isCopyingIn) {
      conversation.send(bytes) // which the server ignores
      return
    }
    if (this.#isRefused) {
      this.#guard.rollBackSeries()
    }
    if (held === undefined || this.#isRefused) {
      conversation.send(bytes, { owed: 'sync', receiver: this.#afterSeries() })
      await this.#portals.copied()
    } else {
      const finished = held.finished()
      conversation.send(bytes, { owed: 'sync', receiver: held })
      if ((await finished) === 'ignored') return // there is another after the rows
      await this.#settle(held)
    }
    this.#isFresh = true
    this.#isRefused = false
    this.#held = undefined
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

  /** Ends the transaction of ours around a series. */
  async #settle(held: Held): Promise<void> {
    const guard = this.#guard
    this.#portals.closeAll()
    if (held.error !== undefined) {
      await guard.rollBack()
      held.release()
      const refusal = guard.isForAlone(held.error) && guard.isEnforced ? guard.alone('This') : undefined
      if (refusal === undefined) guard.conversation.tell(held.error)
      else guard.refuse(refusal)
    } else if (held.isBegun) {
      if (guard.conversation.status === 'idle') throw lost('a series of messages')
      await this.#portals.copied()
      const refusal = await guard.judge('sync')
      if (refusal !== undefined) {
        await guard.rollBack(refusal)
        guard.refuse(refusal)
      } else {
        const failure = await guard.commit()
        if (failure === undefined) held.release()
        else guard.refuse(failure)
      }
    } else await guard.witness?.ended('rolled back')
    guard.ready()
  }

  /** What was asked before is answered before. */
  async #refuse(refusal: Refusal | ServerError): Promise<void> {
    await this.#answered()
    if (this.#guard.conversation.isSkipping) return // it was told of another error
    this.#isRefused = true
    this.#held?.letGo()
    this.#guard.refuse(refusal)
  }

  async #answered(): Promise<void> {
    this.#guard.conversation.send(message('H'))
    await this.#guard.conversation.quiet()
  }

  /** Whether what comes is for the server: after a refusal it is for nobody. */
  async #begin(): Promise<boolean> {
    if (this.#isFresh) {
      const { conversation } = this.#guard
      await conversation.quiet()
      this.#isInTransaction = conversation.status !== 'idle'
      if (!this.#isInTransaction) await this.#guard.clear()
      this.#statements.settled()
      this.#guard.patience?.end()
      this.#isFresh = false
    }
    return !this.#isRefused
  }

  #wrap(): void {
    if (this.#held !== undefined) return
    const { conversation } = this.#guard
    const held = new Held((bytes) => conversation.tell(bytes))
    this.#held = held
    const begun = () => {
      held.isBegun = true
    }
    ask(conversation, 'begin', 'none').then(begun, () => {})
  }

  /** From here on, the transaction is the client's. */
  #unwrap(): void {
    this.#held?.letGo()
    this.#held = undefined
  }

  #send(owed: 'describe' | 'close', bytes: Buffer): void {
    this.#guard.conversation.send(bytes, { owed, receiver: this.#held })
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
