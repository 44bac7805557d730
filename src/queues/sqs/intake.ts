import type { Message } from '@aws-sdk/client-sqs'
import { decodeHint } from '../hint-codec.ts'
import { backOff } from './back-off.ts'
import type { SqsCalls } from './calls.ts'
import { mostEntries } from './entries.ts'
import { failureOf } from './failures.ts'
import type { ForeignMessages } from './foreign.ts'
import { HeldMessage } from './held-message.ts'
import type { Keeper } from './keeper.ts'
import { type Limits, secondsOf } from './limits.ts'
import { Pace } from './pace.ts'
import { jittered, pause } from './within.ts'

/** The longest that SQS lets a call wait. */
const longestPollSeconds = 20

/** What nobody asks for any more is given back after this, by how the last one who asked went away. */
const patienceMs = { served: 5_000, unserved: 1_000, aborted: 0 } as const

/** A poll that ends by itself in this time is waited for when the queue is closed: what it brings can be given back. */
const awaitedPollMs = 1_200

/** Even who does not want to wait waits for an answer. */
const leastWaitMs = 50

/** A poll that ended so long before its time, without a message, did not wait; so many in a row are no matter. */
const earlyMs = 500
const mostEarlyAnswers = 5

interface Waiter {
  readonly leaseMs: number
  readonly untilMs: number
  readonly done: (message: HeldMessage | undefined) => void
}

interface Parts {
  readonly calls: SqsCalls
  readonly keeper: Keeper
  readonly foreign: ForeignMessages
  readonly limits: Limits
}

/** Polls while somebody waits, and keeps what came beyond that at hand. */
export class Intake {
  readonly #parts: Parts
  readonly #pace = new Pace()
  /** Nothing is begun any more. */
  readonly #closed = new AbortController()
  /** The poll in flight is given up. */
  readonly #cut = new AbortController()
  readonly #waiters = new Set<Waiter>()
  #buffer: HeldMessage[] = []
  #polling: Promise<void> | undefined
  #pollEndsMs = 0
  #leaseMs = 0
  /** The last poll brought as many as it could: there are more. */
  #isPlenty = false
  #failures = 0
  #earlyAnswers = 0
  #patience: keyof typeof patienceMs = 'unserved'
  #leaving: NodeJS.Timeout | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** As `Queue.receive`. */
  async next(
    { leaseMs, waitMs }: { readonly leaseMs: number; readonly waitMs: number },
    signal: AbortSignal | undefined,
  ): Promise<HeldMessage | undefined> {
    if (this.#closed.signal.aborted || signal?.aborted) return undefined
    clearTimeout(this.#leaving)
    this.#leaseMs = leaseMs
    this.#pace.asked()
    const message = this.#takeBuffered(leaseMs) ?? (await this.#wait(leaseMs, waitMs, signal))
    const unserved = signal?.aborted ? 'aborted' : 'unserved'
    this.#patience = message === undefined ? unserved : 'served'
    if (message !== undefined) this.#pace.handed(1)
    this.#poll()
    this.#leaveIfUnattended()
    return message
  }

  /** As `Queue.receiveMore`. */
  more(most: number, leaseMs: number): readonly HeldMessage[] {
    const messages: HeldMessage[] = []
    while (messages.length < most) {
      const message = this.#takeBuffered(leaseMs)
      if (message === undefined) break
      messages.push(message)
    }
    this.#pace.handed(messages.length)
    this.#poll()
    this.#leaveIfUnattended()
    return messages
  }

  /** Ends the poll and the waiting. What is held is the keeper's to give back. */
  async close(): Promise<void> {
    clearTimeout(this.#leaving)
    this.#closed.abort()
    for (const { done } of this.#waiters) done(undefined)
    const endsSoon = this.#pollEndsMs - performance.now() <= awaitedPollMs
    const late = setTimeout(() => this.#cut.abort(), endsSoon ? awaitedPollMs : 0)
    await this.#polling
    clearTimeout(late)
  }

  #takeBuffered(leaseMs: number): HeldMessage | undefined {
    this.#buffer = this.#buffer.filter(({ lost }) => lost === undefined)
    const message = this.#buffer.shift()
    message?.want(leaseMs)
    return message
  }

  #wait(leaseMs: number, waitMs: number, signal: AbortSignal | undefined): Promise<HeldMessage | undefined> {
    return new Promise((resolve) => {
      const done = (message: HeldMessage | undefined) => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', ended)
        this.#waiters.delete(waiter)
        resolve(message)
      }
      const ended = () => done(undefined)
      const waiter = { leaseMs, untilMs: performance.now() + waitMs, done }
      const timer = setTimeout(ended, Math.max(leastWaitMs, waitMs))
      signal?.addEventListener('abort', ended, { once: true })
      this.#waiters.add(waiter)
      this.#poll()
    })
  }

  /** Polls, one call at a time, while that is worth it. */
  #poll(): void {
    if (this.#polling !== undefined || !this.#isWorthPolling()) return
    this.#polling = this.#pollWhileWorth()
  }

  async #pollWhileWorth(): Promise<void> {
    do await this.#pollOnce()
    while (this.#isWorthPolling())
    // At once, not when whoever waits for the promise hears of it: in between somebody may begin to wait.
    this.#polling = undefined
  }

  #isWorthPolling(): boolean {
    if (this.#closed.signal.aborted) return false
    const count = this.#pace.count()
    const isLow = this.#buffer.length * 2 < count && count > 2
    return this.#waiters.size > 0 || (this.#isPlenty && isLow)
  }

  async #pollOnce(): Promise<void> {
    const { calls } = this.#parts
    const count = Math.min(mostEntries, Math.max(this.#pace.count(), this.#waiters.size))
    const waitSeconds = this.#waitSeconds()
    const visibilitySeconds = Math.max(1, secondsOf(this.#leaseMs))
    this.#pollEndsMs = performance.now() + waitSeconds * 1_000
    try {
      const messages = await calls.receive({ count, waitSeconds, visibilitySeconds }, this.#cut.signal)
      this.#failures = 0
      this.#isPlenty = messages.length >= count
      for (const message of messages) this.#arrived(message, visibilitySeconds * 1_000)
      this.#leaveIfUnattended()
      await this.#restIfIdle(messages.length)
    } catch (error) {
      this.#isPlenty = false
      this.#failures += 1
      await pause(backOff(failureOf(error).kind, this.#failures), this.#closed.signal)
    }
  }

  /** SQS may answer a long poll before its time without a message: not too often in a row, for what it costs. */
  async #restIfIdle(received: number): Promise<void> {
    const isEarly = received === 0 && performance.now() < this.#pollEndsMs - earlyMs
    this.#earlyAnswers = isEarly ? this.#earlyAnswers + 1 : 0
    const excess = this.#earlyAnswers - mostEarlyAnswers
    if (excess > 0) await pause(jittered(excess, 50, 1_000), this.#closed.signal)
  }

  /** As long as somebody waits. A poll for nobody is for what is there already. */
  #waitSeconds(): number {
    const untilMs = Math.max(0, ...[...this.#waiters].map((waiter) => waiter.untilMs))
    return Math.min(longestPollSeconds, secondsOf(untilMs - performance.now()))
  }

  #arrived(received: Message, visibilityMs: number): void {
    const { keeper, foreign, limits } = this.#parts
    const { MessageId = '', ReceiptHandle: handle = '', Body = '', Attributes } = received
    const hint = decodeHint(Body)
    if ('foreign' in hint) {
      foreign.tell(MessageId, hint.foreign)
      void keeper.hide(handle, limits.hideForeignMs)
      return
    }
    const redelivered = Number(Attributes?.ApproximateReceiveCount ?? 1) > 1
    const { longestHoldMs } = limits
    const message = new HeldMessage({ hint, handle, redelivered, visibilityMs, longestHoldMs })
    keeper.keep(message)
    const [waiter] = this.#waiters
    if (waiter === undefined) this.#buffer.push(message)
    else {
      message.want(waiter.leaseMs)
      waiter.done(message)
    }
  }

  #leaveIfUnattended(): void {
    clearTimeout(this.#leaving)
    if (this.#waiters.size > 0 || this.#buffer.length === 0 || this.#closed.signal.aborted) return
    this.#leaving = setTimeout(() => this.#giveBackBuffered(), patienceMs[this.#patience])
  }

  #giveBackBuffered(): void {
    const left = this.#buffer
    this.#buffer = []
    for (const message of left) void this.#parts.keeper.giveBack(message, 0)
  }
}
