import type { Refusal } from '../../../../core/errors.ts'
import type { Tap } from '../../../wire.ts'
import { ServerError } from '../protocol/server-error.ts'
import { message } from '../protocol/write.ts'
import type { Side } from '../side/side.ts'
import { ask, type Ending } from './ask.ts'
import type { Conversation, Status } from './conversation.ts'
import type { Receiver } from './expected.ts'
import { Judge } from './judge.ts'
import { Patience } from './patience.ts'
import type { Prepared } from './prepared.ts'
import { refusalBytes } from './refusal-bytes.ts'
import type { Kind } from './statements/kind.ts'
import { redact } from './statements/redact.ts'
import { Books } from './witness/books.ts'
import { Witness } from './witness/witness.ts'
import { flushQuery } from './witness/work-query.ts'

const letters: Readonly<Record<Status, string>> = { idle: 'I', 'in transaction': 'T', failed: 'E' }

/** What a server says of a statement that commits by itself, in a transaction. */
const commitsByItself = ['25001', '2D000']

interface Options {
  readonly tap: Tap
  /** By which name the tap knows it. */
  readonly session: string
  readonly isEnforced: boolean
  /** What gave up waiting for a lock is tried again. */
  readonly isPatient: boolean
  readonly side: Side
  /** The server's process. */
  readonly pid: number | undefined
}

/** What is done about the transactions of one session. */
export class Guard {
  readonly conversation: Conversation
  readonly isEnforced: boolean
  /** Where a statement that waits for a lock in vain is tried again. */
  readonly patience: Patience | undefined
  /** Where somebody wants to hear of each statement. */
  readonly witness: Witness | undefined
  readonly #tap: Tap
  readonly #session: string
  readonly #books: Books
  readonly #judge: Judge
  /** Whether the session's counts have something in them of a transaction that nobody asked about. */
  isDirty = true

  constructor(conversation: Conversation, options: Options) {
    const { tap, session, isEnforced, side, pid } = options
    this.conversation = conversation
    this.#books = new Books(conversation, side)
    this.patience = options.isPatient ? new Patience(conversation, side) : undefined
    const isWitnessed = tap.afterStatement !== undefined || tap.afterTransaction !== undefined
    this.witness = isWitnessed
      ? new Witness({ tap, session, conversation, books: this.#books, side, pid })
      : undefined
    this.#judge = new Judge({ tap, session, conversation, books: this.#books, witness: this.witness })
    this.#tap = tap
    this.#session = session
    this.isEnforced = isEnforced
  }

  /** Whether the statements of a message are sent one by one. */
  get isByStatement(): boolean {
    return this.witness !== undefined || this.patience !== undefined
  }

  /** To be done before a transaction begins. */
  async clear(): Promise<void> {
    await this.witness?.learnTimeout()
    if (!this.isDirty) return
    this.isDirty = false
    await ask(this.conversation, flushQuery, 'sync')
  }

  /**
   * Why the transaction that is open may not be committed: somebody refuses, or the server fails in what it had put off until
   * the commit. `words` are those of the statement that is to commit it, if the client has sent one.
   */
  async judge(ending: Ending, words: readonly string[] = []): Promise<Refusal | ServerError | undefined> {
    const why = await this.#judge.whyNot(ending, words)
    if (why !== undefined) this.isDirty = true
    return why
  }

  /** Where the answer to a statement of the client's goes. */
  answering(kind: Kind, next: Receiver): Receiver {
    return kind === 'commit' ? this.#judge.explained(next) : next
  }

  /** `why`: it could not be committed. */
  async rollBack(why?: Refusal | ServerError): Promise<void> {
    this.#judge.ended()
    await this.#undo()
    if (why instanceof ServerError) await this.witness?.tellOfCommit(why.bytes)
    else await this.witness?.ended('rolled back')
  }

  /** Takes back a transaction that is begun once more, by the same statements of the client's. */
  async rollBackToRepeat(): Promise<void> {
    await this.#undo()
    await this.witness?.ended('rolled back')
  }

  async #undo(): Promise<void> {
    this.isDirty = true
    this.#books.turn()
    await ask(this.conversation, 'rollback', 'sync')
  }

  /** Commits a transaction of ours. Gives back what is wrong with it. */
  async commit(): Promise<Refusal | ServerError | undefined> {
    this.#books.turn()
    this.#judge.ended()
    try {
      await ask(this.conversation, 'commit', 'sync')
      await this.witness?.committed()
      return undefined
    } catch (thrown) {
      if (!(thrown instanceof ServerError)) throw thrown
      this.isDirty = true
      const why = this.#judge.whyFailed(thrown)
      await this.witness?.tellOfCommit(refusalBytes(why))
      return why
    }
  }

  /** A statement that commits by itself: whether it may, and that it was seen. */
  alone(words: string, statement?: Pick<Prepared, 'words' | 'sql'>): Refusal | undefined {
    this.isDirty = true
    if (this.isEnforced && statement !== undefined && this.#mayCommitByItself(statement)) return undefined
    if (!this.isEnforced) {
      this.#tap.unenforceable?.(this.#session, words)
      return undefined
    }
    return {
      code: 'WIRE_UNENFORCEABLE',
      message: `"${words} …" commits by itself: nobody can look at what it did before that.`,
      remedy: 'Run it in a migration of its own that was rehearsed alone.',
    }
  }

  #mayCommitByItself({ words, sql }: Pick<Prepared, 'words' | 'sql'>): boolean {
    const { settings } = this.conversation
    return this.#tap.mayCommitByItself?.(redact(settings.decode(sql), words, settings)) ?? false
  }

  /** Whether the server refused this since it stands in a transaction, which is ours. */
  isForAlone(failure: Buffer | undefined): boolean {
    return (
      failure !== undefined && commitsByItself.includes(new ServerError(failure.subarray(5), failure).state)
    )
  }

  /** Where it can't be told what a text does, it is not sent. */
  unreadable(sql: string): Refusal | undefined {
    const why = this.conversation.settings.whyUnreadable(sql)
    if (why === undefined) return undefined
    return {
      code: 'WIRE_UNOBSERVED',
      message: `The wire can't tell where statements begin and end: ${why}.`,
      remedy: 'Let the client speak UTF8, or leave the setting alone in the middle of a message.',
    }
  }

  /** Hears of every statement when it is sent: what it takes away, or ends, is known from then on. */
  sent(words: readonly string[], kind: Kind): void {
    this.#books.note()
    this.#judge.sent(words, kind)
    if (words[0] === 'DISCARD' || words[0] === 'DEALLOCATE') this.#books.forgetQuestion()
    if (kind === 'commit' || kind === 'rollback') this.#books.turn()
  }

  /** A series of messages that was refused is rolled back, with the Sync that follows. */
  rollBackSeries(): void {
    this.isDirty = true
    this.#judge.ended()
    this.#books.turn()
    ask(this.conversation, 'rollback', 'none').then(
      () => this.witness?.ended('rolled back'),
      () => {},
    )
  }

  refuse(why: Refusal | ServerError): void {
    this.conversation.tell(refusalBytes(why))
  }

  /** That the client may go on. */
  ready(): void {
    this.conversation.tell(message('Z', Buffer.from(letters[this.conversation.status])))
  }
}
