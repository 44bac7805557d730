import type { Refusal } from '../../../../core/errors.ts'
import { message } from '../protocol/write.ts'
import { ask } from './ask.ts'
import type { Guard } from './guard.ts'
import { Held } from './held.ts'
import { lost } from './lost.ts'
import { type Prepared, PreparedStatements, unknown } from './prepared.ts'
import type { Kind } from './statements/kind.ts'
import { segmentsOf } from './statements/segments.ts'

/**
 * What is done with the messages of the extended protocol: series of them, each up to a Sync, which ends the transaction if
 * none was begun.
 */
export class Extended {
  readonly #guard: Guard
  readonly #statements = new PreparedStatements()
  readonly #portals = new Map<string, Prepared>()
  #isFresh = true
  #isInTransaction = false
  #held: Held | undefined
  #isRefused = false

  constructor(guard: Guard) {
    this.#guard = guard
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
    const prepared = segments.find(({ kind }) => kind !== 'other') ?? segments[0]
    const receiver = this.#statements.asked(name, prepared ?? unknown, this.#held)
    this.#guard.conversation.send(bytes, { owed: 'parse', receiver })
  }

  async bind(bytes: Buffer): Promise<void> {
    if (!(await this.#begin())) return
    const [portal = '', name = ''] = textsIn(bytes, 5)
    if (this.#statements.isUncertain(name)) await this.#answered()
    const prepared = this.#statements.get(name)
    this.#portals.set(portal, prepared)
    if (prepared.kind === 'other' && !this.#isInTransaction) this.#wrap()
    this.#send('bind', bytes)
  }

  async describe(bytes: Buffer): Promise<void> {
    if (await this.#begin()) this.#send('describe', bytes)
  }

  async close(bytes: Buffer): Promise<void> {
    if (await this.#begin()) this.#send('close', bytes)
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
    const { kind, words } = this.#portals.get(portal) ?? unknown
    const refusal = await this.#refusalOf(kind, words)
    if (refusal !== undefined) {
      await this.#refuse(refusal)
      return
    }
    this.#send('execute', bytes)
    if (kind === 'begin') this.#isInTransaction = true
    if (kind === 'rollback') this.#guard.isDirty = true
    if (kind === 'commit' || kind === 'rollback') this.#isInTransaction = false
    if (kind !== 'other') this.#unwrap()
  }

  async #refusalOf(kind: Kind, words: string): Promise<Refusal | undefined> {
    const isOpen = this.#isInTransaction || this.#held !== undefined
    const isAsked = (kind === 'alone' && !isOpen) || (kind === 'commit' && isOpen)
    if (!isAsked) return undefined
    const { conversation } = this.#guard
    await this.#answered()
    if (conversation.isSkipping) return undefined // it is read by nobody
    if (kind === 'alone') return this.#guard.alone(words)
    if (conversation.status !== 'failed') return await this.#guard.judge('flush')
    this.#guard.isDirty = true // it is taken for a ROLLBACK
    return undefined
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
      this.#guard.isDirty = true
      void ask(conversation, 'rollback', 'none').catch(() => {})
    }
    if (held === undefined || this.#isRefused) {
      conversation.send(bytes, { owed: 'sync', receiver: undefined })
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

  /** Ends the transaction of ours around a series. */
  async #settle(held: Held): Promise<void> {
    const guard = this.#guard
    if (held.error !== undefined) {
      await guard.rollBack()
      held.release()
      const refusal = guard.isForAlone(held.error) && guard.isEnforced ? guard.alone('This') : undefined
      if (refusal === undefined) guard.conversation.tell(held.error)
      else guard.refuse(refusal)
    } else {
      if (guard.conversation.status === 'idle') throw lost('a series of messages')
      const refusal = await guard.judge('sync')
      if (refusal !== undefined) {
        await guard.rollBack()
        guard.refuse(refusal)
      } else {
        const failure = await guard.commit()
        if (failure === undefined) held.release()
        else guard.conversation.tell(failure)
      }
    }
    guard.ready()
  }

  /** What was asked before is answered before. */
  async #refuse(refusal: Refusal): Promise<void> {
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
      this.#isFresh = false
    }
    return !this.#isRefused
  }

  #wrap(): void {
    if (this.#held !== undefined) return
    const { conversation } = this.#guard
    this.#held = new Held((bytes) => conversation.tell(bytes))
    void ask(conversation, 'begin', 'none').catch(() => {})
  }

  /** From here on, the transaction is the client's. */
  #unwrap(): void {
    this.#held?.letGo()
    this.#held = undefined
  }

  #send(owed: 'parse' | 'bind' | 'describe' | 'execute' | 'close', bytes: Buffer): void {
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
