import { message } from '../protocol/write.ts'
import type { Receiver } from './expected.ts'
import type { Guard } from './guard.ts'
import type { Held } from './held.ts'
import { type Prepared, unknown } from './prepared.ts'
import type { Sight } from './witness/sight.ts'
import { setsTimeout, type Witness } from './witness/witness.ts'

/** The client's portals: what is executed in each, and the statements that wait there to go on. */
export class Portals {
  readonly #guard: Guard
  readonly #prepared = new Map<string, Prepared>()
  readonly #executed = new Map<string, Sight>()
  /** Rows are still to come for it: what it did is asked about when they have come. */
  #copying: Sight | undefined
  readonly #mayRepeat: () => boolean
  #failed: Sight | undefined

  /** `mayRepeat`: whether what has failed just now may be tried again, so that its failure is not told at once. */
  constructor(guard: Guard, mayRepeat: () => boolean) {
    this.#guard = guard
    this.#mayRepeat = mayRepeat
  }

  bind(portal: string, prepared: Prepared): void {
    this.close(portal)
    this.#prepared.set(portal, prepared)
  }

  get(portal: string): Prepared {
    return this.#prepared.get(portal) ?? unknown
  }

  /** One that the client has not read to its end. */
  close(portal: string): void {
    const sight = this.#executed.get(portal)
    this.#executed.delete(portal)
    if (sight?.isSuspended === true) void this.#guard.witness?.tell(sight)
  }

  closeAll(): void {
    for (const portal of this.#executed.keys()) this.close(portal)
  }

  /** Looks for the failure of what comes before a statement is executed. Its answer goes on to `next`, or to the client. */
  watch(prepared: Prepared, next: Receiver | undefined): Receiver | undefined {
    const { witness } = this.#guard
    if (witness === undefined) return next
    const sight = witness.sight({ ...prepared, kind: 'other' })
    return sight.before(next, () => {
      if (sight.failure !== undefined) this.#fail(witness, sight)
    })
  }

  #fail(witness: Witness, sight: Sight): void {
    if (this.#mayRepeat()) this.#failed = sight
    else void witness.tell(sight)
  }

  /** What failed is tried again. */
  forgive(): void {
    this.#failed = undefined
  }

  /** What failed is not tried again. */
  tellFailure(): void {
    if (this.#failed !== undefined) void this.#guard.witness?.tell(this.#failed)
    this.#failed = undefined
  }

  /** Executes what is in a portal, and asks what it did. The answer goes on to `next`. */
  execute(portal: string, bytes: Buffer, held: Held | undefined, next: Receiver): void {
    const { conversation, witness } = this.#guard
    const prepared = this.get(portal)
    const earlier = this.#executed.get(portal)
    const sight = earlier?.isSuspended === true ? earlier : witness?.sight(prepared)
    const isAsked = sight !== undefined && witness?.isWorthAsking(sight) === true
    const isCopy = prepared.words[0] === 'COPY'
    const over = () => {
      if (witness === undefined || sight === undefined) return
      if (sight.failure !== undefined) this.#fail(witness, sight)
      else if (!isAsked && !sight.isSuspended) void witness.tell(sight)
    }
    const receiver = this.#guard.answering(prepared.kind, sight?.before(next, over) ?? next)
    conversation.send(bytes, { owed: 'execute', receiver })
    this.#guard.sent(prepared.words, prepared.kind)
    if (witness === undefined || sight === undefined) return
    this.#executed.set(portal, sight)
    if (isAsked && isCopy) this.#copying = sight
    else if (isAsked) this.#ask(witness, sight, held)
    const isErrorTold = held === undefined
    if (setsTimeout(prepared.words)) witness.lookAtTimeout({ ending: 'none', isErrorTold })
  }

  /** Executes what commits by itself, and waits until it is done: it is looked at from beside. */
  async executeAlone(portal: string, bytes: Buffer, next: Receiver): Promise<void> {
    const { conversation, witness } = this.#guard
    const alone = await witness?.watch()
    const prepared = this.get(portal)
    const sight = witness?.sight({ ...prepared, kind: 'alone' })
    conversation.send(bytes, { owed: 'execute', receiver: sight?.before(next) ?? next })
    this.#guard.sent(prepared.words, 'alone')
    conversation.send(message('H'))
    await conversation.quiet()
    if (witness === undefined || sight === undefined) return
    if (sight.failure === undefined) await witness.tellAlone(sight, alone)
    else {
      await alone?.end(async () => new Map())
      this.#fail(witness, sight)
    }
  }

  /** To be called when a series of messages is answered. */
  async copied(): Promise<void> {
    const { conversation, witness } = this.#guard
    const sight = this.#copying
    this.#copying = undefined
    if (witness === undefined || sight === undefined) return
    await conversation.quiet()
    if (sight.tag === undefined) return
    this.#ask(witness, sight, undefined, 'sync')
    await conversation.quiet()
    await witness.settled()
  }

  #ask(witness: Witness, sight: Sight, held: Held | undefined, ending: 'none' | 'sync' = 'none'): void {
    witness.look(sight, { ending, isErrorTold: held === undefined && ending === 'none' }, (look) => {
      if (sight.isSuspended) return
      if ('error' in look.answer) {
        sight.fail(look.answer.error.bytes)
        if (held !== undefined) held.error = look.answer.error.bytes
      }
      void witness.tell(sight, look)
    })
  }
}
