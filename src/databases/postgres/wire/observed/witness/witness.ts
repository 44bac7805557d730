import type { Tap } from '../../../../wire.ts'
import type { Side } from '../../side/side.ts'
import type { Ending } from '../ask.ts'
import type { Conversation } from '../conversation.ts'
import { Standing } from '../standing.ts'
import { isChained, type Kind } from '../statements/kind.ts'
import { redact } from '../statements/redact.ts'
import { Alone } from './alone.ts'
import type { Books, Look } from './books.ts'
import type { Deed } from './deed.ts'
import { Sight } from './sight.ts'
import { Timeout } from './timeout.ts'
import { milliseconds, Uncounted } from './work.ts'
import { timeoutQuery } from './work-query.ts'

interface Options {
  readonly tap: Tap
  readonly session: string
  readonly conversation: Conversation
  readonly books: Books
  readonly side: Side
  /** The server's process; it is not known of every server. */
  readonly pid: number | undefined
}

interface Statement {
  /** Byte by byte, as the client's encoding has it. */
  readonly sql: string
  readonly words: readonly string[]
  readonly kind: Kind
}

interface Way {
  readonly ending: Ending
  /** The client hears of an error. */
  readonly isErrorTold?: boolean
}

type End = 'committed' | 'rolled back'

/** What was put off until a commit, and has been done before it. */
interface Deferred {
  readonly startedAt: number
  readonly ms: number
  readonly deed: Deed
}

/** Statements after which there is nothing to ask about; a question would even forbid `SET TRANSACTION` after them. */
const quiet = ['SET', 'RESET', 'SHOW', 'SAVEPOINT', 'RELEASE', 'LISTEN', 'UNLISTEN', 'DEALLOCATE', 'DISCARD']

/** Whether a statement does no work of its own. */
export function isQuiet(words: readonly string[]): boolean {
  return quiet.includes(words[0] ?? '')
}

/** Whether a statement may have changed how long others wait for locks. */
export function setsTimeout(words: readonly string[]): boolean {
  const [first, second] = words
  if (first !== 'SET' && first !== 'RESET' && first !== 'DISCARD') return false
  return words.includes('LOCK_TIMEOUT') || second === 'ALL'
}

/** Sees the statements of one session at work, and tells the tap of each, in order. */
export class Witness {
  readonly #tap: Tap
  readonly #session: string
  readonly #conversation: Conversation
  readonly #books: Books
  readonly #side: Side
  readonly #pid: number | undefined
  readonly #timeoutQuestion: Standing
  readonly #timeout = new Timeout()
  #transaction = 0
  #isOpen = false
  /** A commit was sent: only its answer tells how the transaction ends. */
  #isEnding = false
  #deferred: Deferred | undefined
  #told: Promise<void> = Promise.resolve()

  constructor({ tap, session, conversation, books, side, pid }: Options) {
    this.#tap = tap
    this.#session = session
    this.#conversation = conversation
    this.#books = books
    this.#side = side
    this.#pid = pid
    this.#timeoutQuestion = new Standing(conversation, 'purser wire timeout', timeoutQuery)
  }

  /** A statement that is about to be sent. */
  sight({ sql, words, kind }: Statement): Sight {
    if (words[0] === 'DISCARD' || words[0] === 'DEALLOCATE') this.#timeoutQuestion.forget()
    if (kind === 'commit') this.#isEnding = true
    const { settings } = this.#conversation
    return new Sight(
      { text: redact(settings.decode(sql), words, settings), words, kind },
      this.#books.chapter,
    )
  }

  /** Whether there is something to ask once it is done. */
  isWorthAsking({ seen: { words, kind } }: Sight): boolean {
    return kind === 'other' && words.length > 0 && !isQuiet(words)
  }

  /** Asks what the session has done. `hear` is never called where a statement of the same series failed before. */
  look({ seen: { words } }: Sight, way: Way, hear: (look: Look) => void): void {
    this.#books.look({ ...way, isWhole: words[0] === 'ROLLBACK' }, hear)
  }

  /** Asks how long others wait for locks, where a statement may have changed that. */
  lookAtTimeout(way: Way): void {
    this.#timeoutQuestion.ask(way, (answer) => {
      if ('value' in answer) this.#timeout.learn(milliseconds(answer.value ?? ''), this.#isOpen)
    })
  }

  /** To be done in no transaction. */
  async learnTimeout(): Promise<void> {
    if (!this.#timeout.isUnknown) return
    this.lookAtTimeout({ ending: 'sync' })
    await this.#conversation.quiet()
  }

  /** A transaction of the wire's own has ended. */
  ended(end: End): Promise<void> {
    return this.#inOrder(() => this.#end(end))
  }

  /** Tells of a statement that is over, and what it came to where that was asked. Throws what can't go on. */
  tell(sight: Sight, look?: Look, alone?: Deed): Promise<void> {
    return this.#inOrder(async () => {
      if (sight.isEmpty) return
      const { kind } = sight.seen
      const isAlone = kind === 'alone' && !this.#isOpen
      if (kind !== 'commit' && kind !== 'rollback') this.#begin()
      this.#report(sight, isAlone, alone ?? (await this.#deedOf(sight, look)))
      if (isAlone) this.#end(sight.failure === undefined ? 'committed' : 'rolled back')
      if (kind === 'commit' || kind === 'rollback') this.#followEnd(sight)
    })
  }

  /** Begins to look from beside at a statement that commits by itself, which is sent when this resolves. */
  async watch(): Promise<Alone | undefined> {
    return this.#pid === undefined ? undefined : await Alone.begin(this.#side, this.#pid)
  }

  /** Tells of a statement that commits by itself, when it is over. */
  async tellAlone(sight: Sight, alone: Alone | undefined): Promise<void> {
    const deed = await alone?.end((tables) => this.#books.count(tables))
    await this.tell(sight, undefined, deed)
  }

  /** To be called before a commit is sent, which is told with it. */
  deferred(deferred: Deferred): void {
    this.#deferred = deferred
  }

  /** A transaction of the wire's own is committed. */
  committed(): Promise<void> {
    const { tables, locks } = this.#deferred?.deed ?? {}
    if (!tables?.size && !locks?.length) return this.ended('committed')
    const sight = this.#commit()
    sight.tag = 'COMMIT'
    return this.tell(sight)
  }

  /** A commit has failed, by these words of the server's, and nobody wrote it or it was not sent. */
  tellOfCommit(failure: Buffer): Promise<void> {
    const sight = this.#commit()
    sight.fail(failure)
    return this.tell(sight)
  }

  #commit(): Sight {
    return new Sight({ text: 'COMMIT', words: ['COMMIT'], kind: 'commit' }, this.#books.chapter)
  }

  /** The session is over. */
  close(): void {
    void this.#inOrder(() => {
      if (!this.#isEnding) this.#end('rolled back')
    })
  }

  /** Resolves when everything is told. Throws what could not be. */
  async settled(): Promise<void> {
    await this.#told
  }

  #inOrder(act: () => Promise<void> | void): Promise<void> {
    this.#told = this.#told.then(act)
    this.#told.catch(() => {}) // whoever waits for it hears of it
    return this.#told
  }

  #begin(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    this.#transaction += 1
  }

  #end(end: End): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#isEnding = false
    this.#deferred = undefined
    this.#timeout.transactionEnded(end)
    this.#tap.afterTransaction?.(this.#session, this.#transaction, end)
  }

  /** A `COMMIT` of what has failed is a `ROLLBACK`, and the server says so. */
  #followEnd({ tag, seen: { words } }: Sight): void {
    this.#end(tag === undefined || tag === 'ROLLBACK' ? 'rolled back' : 'committed')
    if (isChained(words)) this.#begin()
  }

  async #deedOf({ seen: { words }, chapter }: Sight, look: Look | undefined): Promise<Deed> {
    const unseen = () => ({ locks: [], held: this.#books.held(chapter), tables: new Map() })
    if (look === undefined || 'error' in look.answer) return unseen()
    try {
      const { lockTimeoutMs, ...deed } = await this.#books.enter(look, words[0] === 'ROLLBACK')
      this.#timeout.learn(lockTimeoutMs, this.#isOpen)
      return deed
    } catch (error) {
      if (error instanceof Uncounted) return unseen() // its commit is refused for that
      throw error
    }
  }

  #report(sight: Sight, isAlone: boolean, deed: Deed): void {
    const { seen, tag, failure, startedAt, ms, notices } = sight
    const deferred = seen.kind === 'commit' ? this.#deferred : undefined
    this.#tap.afterStatement?.({
      session: this.#session,
      transaction: this.#transaction,
      text: seen.text,
      ...(tag === undefined ? {} : { tag }),
      ...(failure === undefined ? {} : { failure }),
      startedAt: deferred?.startedAt ?? startedAt,
      ms: ms + (deferred?.ms ?? 0),
      notices,
      ...(deferred?.deed ?? deed),
      lockTimeoutMs: this.#timeout.ms,
      isAlone,
    })
  }
}
