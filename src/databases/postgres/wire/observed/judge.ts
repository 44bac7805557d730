import { type Refusal, reasonOf } from '../../../../core/errors.ts'
import type { Tap } from '../../../wire.ts'
import { ServerError } from '../protocol/server-error.ts'
import { ask, type Ending } from './ask.ts'
import type { Conversation } from './conversation.ts'
import type { Receiver } from './expected.ts'
import { refusalBytes } from './refusal-bytes.ts'
import { isChained, type Kind } from './statements/kind.ts'
import { unobserved } from './unobserved.ts'
import type { Books, Look } from './witness/books.ts'
import { type Deed, sumOf } from './witness/deed.ts'
import type { Witness } from './witness/witness.ts'
import { fenceQuery, fireQuery } from './witness/work-query.ts'

/** Deferred triggers that put off others again and again come to no end at the server either. */
const mostRounds = 100

/** What a server says of a write where there may be none. */
const isReadOnly = '25006'

interface Options {
  readonly conversation: Conversation
  readonly books: Books
  readonly witness: Witness | undefined
  readonly tap: Tap
  readonly session: string
}

/** Finds out before a commit is forwarded all that it comes to, and asks whether it may be. */
export class Judge {
  readonly #conversation: Conversation
  readonly #books: Books
  readonly #witness: Witness | undefined
  readonly #tap: Tap
  readonly #session: string
  #hasSavepoints = false
  #isFenced = false

  constructor({ conversation, books, witness, tap, session }: Options) {
    this.#conversation = conversation
    this.#books = books
    this.#witness = witness
    this.#tap = tap
    this.#session = session
  }

  /** To be called when a statement is sent. */
  sent(words: readonly string[], kind: Kind): void {
    if (words[0] === 'SAVEPOINT') this.#hasSavepoints = true
    if (kind === 'commit' || kind === 'rollback') this.ended()
  }

  /** The transaction is over. */
  ended(): void {
    this.#hasSavepoints = false
  }

  /** Why the transaction that is open may not be committed, by a statement of these words. */
  async whyNot(ending: Ending, words: readonly string[]): Promise<Refusal | ServerError | undefined> {
    this.#isFenced = false
    try {
      await this.#witness?.settled()
      if (!this.#books.isCurrent) await this.#look(ending)
      return (
        (this.#books.mayHaveDeferred ? await this.#fireDeferred(ending) : undefined) ??
        this.#elsewhere() ??
        (await this.#tap.beforeCommit(this.#session, this.#books.effects)) ??
        (this.#books.hasHoldingCursor ? await this.#fence(ending, words) : undefined)
      )
    } catch (thrown) {
      return unobserved.judgement(reasonOf(thrown))
    }
  }

  async #look(ending: Ending): Promise<Deed> {
    const look = await new Promise<Look>((hear) => this.#books.look({ ending }, hear))
    return await this.#books.enter(look)
  }

  /** What would be done in the commit is done now, while it can be counted: until nothing more comes of it. */
  async #fireDeferred(ending: Ending): Promise<Refusal | ServerError | undefined> {
    const startedAt = Date.now()
    let ms = 0
    const deeds: Deed[] = []
    for (let round = 0; round < mostRounds; round += 1) {
      const before = this.#books.changedRows
      const began = performance.now()
      const failure = await this.#try(fireQuery, ending)
      if (failure !== undefined) return failure
      ms += performance.now() - began
      deeds.push(await this.#look(ending))
      if (this.#books.changedRows !== before) continue
      this.#witness?.deferred({ startedAt, ms, deed: sumOf(deeds) })
      return undefined
    }
    return unobserved.rounds(mostRounds)
  }

  /** What is changed in a foreign table is changed on another server, which counts for itself. */
  #elsewhere(): Refusal | undefined {
    const [table] = this.#books.foreignTables
    return table === undefined ? undefined : unobserved.elsewhere(table)
  }

  /**
   * A cursor WITH HOLD is run to its end by the commit itself. Where the transaction may only read from here on, the commit
   * fails if the cursor's query writes. That is lost with a savepoint that is open, and goes over to a transaction in chain.
   */
  async #fence(ending: Ending, words: readonly string[]): Promise<Refusal | ServerError | undefined> {
    if (this.#hasSavepoints || isChained(words)) return unobserved.unfenced
    const failure = await this.#try(fenceQuery, ending)
    this.#isFenced = failure === undefined
    return failure
  }

  /** Gives back its failure. */
  async #try(query: string, ending: Ending): Promise<ServerError | undefined> {
    try {
      await ask(this.#conversation, query, ending)
      return undefined
    } catch (thrown) {
      if (thrown instanceof ServerError) return thrown
      throw thrown
    }
  }

  /** Why a commit has failed that was let through: where the fence was in its way, that is our word, not the server's. */
  whyFailed(failure: ServerError): Refusal | ServerError {
    return this.#isFenced && failure.state === isReadOnly ? unobserved.writingCursor : failure
  }

  /** Where the answer to a commit goes that was let through. */
  explained(next: Receiver): Receiver {
    if (!this.#isFenced) return next
    return {
      readsRows: next.readsRows,
      take: (type, bytes, isLast) => {
        if (type !== 'E') return next.take(type, bytes, isLast)
        const words = refusalBytes(this.whyFailed(new ServerError(bytes.subarray(5), bytes)))
        if (next.take(type, words, isLast)) this.#conversation.tell(words)
        return false
      },
      ignored: () => next.ignored?.(),
    }
  }
}
