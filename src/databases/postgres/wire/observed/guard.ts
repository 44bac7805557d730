import { type Refusal, reasonOf } from '../../../../core/errors.ts'
import type { Tap } from '../../../wire.ts'
import { ServerError } from '../protocol/server-error.ts'
import { error, message } from '../protocol/write.ts'
import { ask, type Ending } from './ask.ts'
import type { Conversation, Status } from './conversation.ts'
import { effectsQuery, flushQuery, readEffects } from './effects.ts'

const letters: Readonly<Record<Status, string>> = { idle: 'I', 'in transaction': 'T', failed: 'E' }

/** What a server says of a statement that commits by itself, in a transaction. */
const commitsByItself = ['25001', '2D000']

interface Options {
  readonly tap: Tap
  /** By which name the tap knows it. */
  readonly session: string
  readonly isEnforced: boolean
}

/** What is done about the transactions of one session. */
export class Guard {
  readonly conversation: Conversation
  readonly isEnforced: boolean
  readonly #tap: Tap
  readonly #session: string
  /** Whether the session's counts have something in them of a transaction that nobody asked about. */
  isDirty = true

  constructor(conversation: Conversation, { tap, session, isEnforced }: Options) {
    this.conversation = conversation
    this.#tap = tap
    this.#session = session
    this.isEnforced = isEnforced
  }

  /** To be done before a transaction begins. */
  async clear(): Promise<void> {
    if (!this.isDirty) return
    this.isDirty = false
    await ask(this.conversation, flushQuery, 'sync')
  }

  /** Whether the transaction that is open may be committed. */
  async judge(ending: Ending): Promise<Refusal | undefined> {
    try {
      const effects = readEffects(await ask(this.conversation, effectsQuery, ending))
      return await this.#tap.beforeCommit(this.#session, effects)
    } catch (thrown) {
      this.isDirty = true
      return {
        code: 'WIRE_UNOBSERVED',
        message: `What the transaction did could not be judged: ${reasonOf(thrown).replace(/\.$/, '')}. It was rolled back.`,
        remedy:
          "See docs/errors/WIRE_UNOBSERVED.md for what the wire needs of the server and of the task's session.",
      }
    }
  }

  async rollBack(): Promise<void> {
    this.isDirty = true
    await ask(this.conversation, 'rollback', 'sync')
  }

  /** Commits a transaction of ours. Gives back what the server says is wrong with it (a deferred constraint). */
  async commit(): Promise<Buffer | undefined> {
    try {
      await ask(this.conversation, 'commit', 'sync')
      return undefined
    } catch (thrown) {
      if (!(thrown instanceof ServerError)) throw thrown
      this.isDirty = true
      return thrown.bytes
    }
  }

  /** A statement that commits by itself: whether it may, and that it was seen. */
  alone(words: string): Refusal | undefined {
    this.isDirty = true
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

  refuse({ message: sentence, remedy }: Refusal): void {
    this.conversation.tell(error({ state: 'PU001', message: sentence, hint: remedy }))
  }

  /** That the client may go on. */
  ready(): void {
    this.conversation.tell(message('Z', Buffer.from(letters[this.conversation.status])))
  }
}
