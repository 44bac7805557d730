import type { Refusal } from '../../../../core/errors.ts'
import { ServerError } from '../protocol/server-error.ts'
import { Course } from './course.ts'
import type { Guard } from './guard.ts'
import { Portals } from './portals.ts'
import { type Prepared, PreparedStatements, unknown } from './prepared.ts'
import { firstWords, segmentsOf } from './statements/segments.ts'
import { textsIn } from './texts-in.ts'

/**
 * What is done with the messages of the extended protocol, one by one: what is prepared, bound to a portal and executed.
 * They come in series, each up to a Sync, which ends the transaction if none was begun.
 */
export class Extended {
  readonly #guard: Guard
  readonly #statements = new PreparedStatements()
  readonly #portals: Portals
  readonly #course: Course

  constructor(guard: Guard) {
    this.#guard = guard
    this.#portals = new Portals(guard, () => this.#course.mayRepeat)
    this.#course = new Course(guard, this.#portals, (type, bytes) => this.#pass(type, bytes))
  }

  /** Whether a series has begun that no Sync has ended yet. */
  get isUnderWay(): boolean {
    return this.#course.isUnderWay
  }

  /** Any but a Sync. */
  async message(type: string, bytes: Buffer): Promise<void> {
    if (!this.#course.isUnderWay) await this.#begin()
    if (this.#course.isRefused) return
    if (type !== 'H') this.#course.keep(type, bytes)
    await this.#pass(type, bytes)
  }

  async #begin(): Promise<void> {
    await this.#course.begin()
    this.#statements.settled()
  }

  /** Resolves once the client has its answer. */
  sync(bytes: Buffer): Promise<void> {
    return this.#course.sync(bytes)
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
        return await this.#course.flush(bytes)
    }
  }

  async #parse(bytes: Buffer): Promise<void> {
    const [name = '', sql = ''] = textsIn(bytes, 5)
    const refusal = this.#guard.unreadable(sql)
    if (refusal !== undefined) {
      await this.#course.refuse(refusal)
      return
    }
    const segments = segmentsOf(sql, this.#guard.conversation.settings.isBackslashPlain)
    // There is one at most, and semicolons may stand before it.
    const first = segments.find(({ kind }) => kind !== 'other') ?? segments[0]
    const prepared = first === undefined ? unknown : { ...first, sql }
    const watched = this.#portals.watch(prepared, this.#course.before())
    const receiver = this.#statements.asked(name, prepared, watched)
    this.#guard.conversation.send(bytes, { owed: 'parse', receiver })
  }

  async #bind(bytes: Buffer): Promise<void> {
    const [portal = '', name = ''] = textsIn(bytes, 5)
    if (this.#statements.isUncertain(name)) await this.#course.answered()
    const prepared = this.#statements.coming(name)
    this.#portals.bind(portal, prepared)
    if (prepared.kind === 'other') this.#course.wrapWork()
    const receiver = this.#portals.watch(prepared, this.#course.before())
    this.#guard.conversation.send(bytes, { owed: 'bind', receiver })
  }

  #send(owed: 'describe' | 'close', bytes: Buffer): void {
    this.#guard.conversation.send(bytes, { owed, receiver: this.#course.before() })
  }

  async #execute(bytes: Buffer): Promise<void> {
    const [portal = ''] = textsIn(bytes, 5)
    const prepared = this.#portals.get(portal)
    const kind = this.#course.isForAlone && prepared.kind === 'other' ? 'alone' : prepared.kind
    const { isOpen } = this.#course
    const isUncertain = kind !== 'other' && (isOpen || kind === 'alone')
    if (isUncertain) await this.#course.answered()
    if (isUncertain && (await this.#course.repeats())) return // with this
    if (this.#guard.conversation.isSkipping) return // it is read by nobody
    const refusal = await this.#refusalOf({ ...prepared, kind }, isOpen)
    if (refusal !== undefined) {
      await this.#course.refuse(refusal)
      return
    }
    if (kind === 'alone' && !isOpen) {
      await this.#executeAlone(portal, bytes)
      return
    }
    this.#portals.execute(portal, bytes, this.#course.held, this.#course.before(prepared))
    if (kind === 'rollback') this.#guard.isDirty = true
    this.#course.executes(kind)
  }

  async #executeAlone(portal: string, bytes: Buffer): Promise<void> {
    const { patience } = this.#guard
    const invalid = await patience?.invalidIndexes()
    this.#course.aloneIsExecuted()
    const receiver = this.#course.before({ ...this.#portals.get(portal), kind: 'alone' })
    await this.#portals.executeAlone(portal, bytes, receiver)
    if (!(await this.#course.repeats(invalid))) this.#course.letGo()
  }

  async #refusalOf(
    { kind, words, sql }: Prepared,
    isOpen: boolean,
  ): Promise<Refusal | ServerError | undefined> {
    if (kind === 'alone' && !isOpen) return this.#guard.alone(firstWords(words), { words, sql })
    if (kind !== 'commit' || !isOpen) return undefined
    if (this.#guard.conversation.status !== 'failed') return await this.#judge(words)
    this.#guard.isDirty = true // it is taken for a ROLLBACK
    return undefined
  }

  async #judge(words: readonly string[]): Promise<Refusal | ServerError | undefined> {
    const why = await this.#guard.judge('flush', words)
    if (why instanceof ServerError) {
      await this.#course.resume()
      await this.#guard.rollBack(why)
    }
    return why
  }
}
