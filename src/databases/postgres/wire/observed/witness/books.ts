import type { Effects, StatementLock } from '../../../../wire.ts'
import type { Side } from '../../side/side.ts'
import type { Ending } from '../ask.ts'
import type { Conversation } from '../conversation.ts'
import { type Answer, Standing } from '../standing.ts'
import type { Deed } from './deed.ts'
import { Memory } from './memory.ts'
import { Numbers } from './numbers.ts'
import {
  type Counts,
  type Known,
  nothingKnown,
  parametersOf,
  readWork,
  Uncounted,
  type Work,
} from './work.ts'
import { workQuery } from './work-query.ts'

/** An answer, of which transaction, and what the question left out. */
export interface Look {
  readonly chapter: number
  /** How many statements had been sent before. */
  readonly sent: number
  readonly known: Known
  readonly answer: Answer
}

interface Way {
  readonly ending: Ending
  /** What was known may not be so any more. */
  readonly isWhole?: boolean
  /** The client hears of an error. */
  readonly isErrorTold?: boolean
}

/** What the transactions of a session have done, asked in that session. */
export class Books {
  readonly #question: Standing
  readonly #lookBefore: ConstructorParameters<typeof Memory>[0]
  #memory: Memory
  #chapterOfMemory = 0
  #chapter = 0
  #sent = 0
  #entered = -1
  /** The last transaction in which the session did not count for a while. */
  #uncounted: { readonly chapter: number; readonly error: Uncounted } | undefined

  constructor(conversation: Conversation, side: Side) {
    this.#question = new Standing(conversation, 'purser wire work', workQuery)
    this.#lookBefore = (oids, storages) => side.before(oids, storages)
    this.#memory = new Memory(this.#lookBefore)
  }

  /** Counts transactions as they are sent, those that are answered later as well. */
  get chapter(): number {
    return this.#chapter
  }

  /** To be called when the end of a transaction is sent: what is sent from here on is of another. */
  turn(): void {
    this.#chapter += 1
  }

  /** To be called when a statement of the client's is sent. */
  note(): void {
    this.#sent += 1
  }

  /** Whether all that was sent in this transaction is entered. */
  get isCurrent(): boolean {
    return this.#entered === this.#sent && this.#chapterOfMemory === this.#chapter
  }

  /** The client takes away all that is prepared. */
  forgetQuestion(): void {
    this.#question.forget()
  }

  /** Asks what is new. `hear` is never called where a statement of the same series failed before. */
  look({ ending, isWhole = false, isErrorTold = false }: Way, hear: (look: Look) => void): void {
    const [chapter, sent] = [this.#chapter, this.#sent]
    const known = isWhole || chapter !== this.#chapterOfMemory ? nothingKnown : this.#memory.known
    const way = { ending, isErrorTold, parameters: parametersOf(known) }
    this.#question.ask(way, (answer) => hear({ chapter, sent, known, answer }))
  }

  /** What the session still knows to have done to tables, in no transaction. */
  async count(tables: readonly number[]): Promise<ReadonlyMap<number, Counts>> {
    const known = { ...nothingKnown, tables: new Numbers('oid', tables).all }
    const answer = await new Promise<Answer>((resolve) =>
      this.#question.ask({ ending: 'sync', parameters: parametersOf(known) }, resolve),
    )
    if ('error' in answer) throw answer.error
    return readWork(answer.value, known).counts
  }

  /** Enters what was answered. Throws what went wrong with the question, and `DATABASE_UNREACHABLE`. */
  async enter(look: Look, isUndone = false): Promise<Deed & { readonly lockTimeoutMs: number }> {
    const { chapter, sent, known } = look
    if ('error' in look.answer) throw look.answer.error
    if (chapter !== this.#chapterOfMemory) {
      this.#memory = new Memory(this.#lookBefore)
      this.#chapterOfMemory = chapter
    }
    const work = this.#read(look)
    const deed = await this.#memory.take(work, known, isUndone)
    this.#entered = sent
    return { ...deed, lockTimeoutMs: work.lockTimeoutMs }
  }

  /** What was not counted is not counted later either, though it counts again. */
  #read({ chapter, known, answer }: Look): Work {
    if (this.#uncounted?.chapter === chapter) throw this.#uncounted.error
    try {
      return readWork('value' in answer ? answer.value : undefined, known)
    } catch (error) {
      if (error instanceof Uncounted) this.#uncounted = { chapter, error }
      throw error
    }
  }

  /** The locks that a transaction had when it was asked last. */
  held(chapter: number): readonly StatementLock[] {
    return chapter === this.#chapterOfMemory ? this.#memory.held : []
  }

  /** Whether its commit may do more: triggers and checks of constraints that were put off until then. */
  get mayHaveDeferred(): boolean {
    return this.#memory.mayHaveDeferred
  }

  /** How many rows it has changed, of whatever table. */
  get changedRows(): number {
    return this.#memory.changedRows
  }

  /** Foreign tables of which it changes rows. */
  get foreignTables(): readonly string[] {
    return this.#memory.foreignTables
  }

  /** Whether it has made a cursor that its commit runs to its end. */
  get hasHoldingCursor(): boolean {
    return this.#memory.hasHoldingCursor
  }

  /** What the transaction has done that was asked about last. */
  get effects(): Effects {
    return this.#memory.effects
  }
}
