import { Batcher } from './batcher.ts'
import type { SqsCalls } from './calls.ts'
import { attempt, type EntryFault, mostEntries } from './entries.ts'
import type { HeldMessage } from './held-message.ts'
import { secondsOf } from './limits.ts'
import { jittered, pause } from './within.ts'

const lookEveryMs = 200
const giveBackTries = 3
const longestHold = 'SQS lets nobody hold one for longer than 12 hours'
/** Those before come back by themselves. */
const mostPostponed = 1_000

interface Change {
  readonly handle: string
  readonly seconds: number
}

/** Keeps everything that was received hidden from others, as long as it is wanted. */
export class Keeper {
  readonly #changes: Batcher<Change, EntryFault | undefined>
  readonly #report: (sentence: string) => void
  readonly #held = new Set<HeldMessage>()
  /** What was given back for later, by handle, and when it is seen again. */
  readonly #postponed = new Map<string, number>()
  readonly #closing = new AbortController()
  #timer: NodeJS.Timeout | undefined

  constructor(calls: SqsCalls, callWithinMs: number, report: (sentence: string) => void) {
    this.#report = report
    this.#changes = new Batcher((changes) => changeAll(changes, calls, callWithinMs), 2)
  }

  keep(message: HeldMessage): void {
    this.#held.add(message)
    this.#timer ??= setInterval(() => this.#look(), lookEveryMs)
  }

  /** It is extended no more; `false` when it was not ours. */
  forget(message: HeldMessage): boolean {
    const was = this.#held.delete(message)
    if (this.#held.size === 0) this.#rest()
    return was
  }

  /**
   * Hides it for what is wanted of it now. An extension that fails for another reason than the message itself is tried
   * again in the background, until its time is over.
   */
  extend(message: HeldMessage): Promise<void> {
    message.extendableAtMs = Number.POSITIVE_INFINITY
    message.lastChange = message.lastChange.then(() => this.#extend(message))
    return message.lastChange
  }

  async #extend(message: HeldMessage): Promise<void> {
    if (!this.#held.has(message)) return
    const now = performance.now()
    const seconds = message.secondsWanted(now)
    const fault = await this.#changes.add({ handle: message.handle, seconds })
    if (fault === undefined) message.extended(now, seconds)
    else if (fault.isSenders) this.#lose(message, `SQS says ${fault.why}`)
    else message.extendableAtMs = performance.now() + jittered(1, lookEveryMs, lookEveryMs)
  }

  /** Lets others see it, after so long. It comes back by itself where that can't be said. */
  async giveBack(message: HeldMessage, delayMs: number): Promise<void> {
    if (!this.forget(message)) return
    message.isSettled = true
    message.lost ??= 'it was given back'
    await message.lastChange
    const now = performance.now()
    const hideMs = Math.min(delayMs, Math.max(0, message.endMs - now))
    if (hideMs > 0) this.#postpone(message.handle, now + hideMs)
    await this.hide(message.handle, hideMs)
  }

  /** Hides a message for so long from now. */
  async hide(handle: string, ms: number): Promise<void> {
    for (let tries = 1; tries <= giveBackTries && !this.#closing.signal.aborted; tries += 1) {
      const fault = await this.#changes.add({ handle, seconds: secondsOf(ms) })
      if (fault === undefined || !fault.mayPass) return
      await pause(jittered(tries, 100, 1_000), this.#closing.signal)
    }
  }

  /** Gives everything back at once, also what was to wait: another version of the worker may well take it. */
  async close(): Promise<void> {
    const now = performance.now()
    const postponed = [...this.#postponed].filter(([, untilMs]) => untilMs > now)
    await Promise.all([
      ...[...this.#held].map((message) => this.giveBack(message, 0)),
      ...postponed.map(([handle]) => this.hide(handle, 0)),
    ])
    await this.#changes.flush()
  }

  /** Tries nothing again from now on. */
  end(): void {
    this.#closing.abort()
  }

  #postpone(handle: string, untilMs: number): void {
    this.#postponed.set(handle, untilMs)
    const [[oldest, seenMs] = []] = this.#postponed
    const isSuperfluous = this.#postponed.size > mostPostponed || (seenMs ?? 0) < performance.now()
    if (isSuperfluous && oldest !== undefined) this.#postponed.delete(oldest)
  }

  #look(): void {
    const now = performance.now()
    for (const message of this.#held) {
      if (now >= message.endMs - lookEveryMs) this.#giveUp(message)
      else if (now >= message.hiddenUntilMs) this.#lose(message, 'its time was over before it was extended')
      else if (message.needsExtension(now)) void this.extend(message)
    }
  }

  #giveUp(message: HeldMessage): void {
    const { batch, slice } = message.hint
    this.#report(`The message for slice ${slice} of batch ${batch} was given up: ${longestHold}.`)
    message.lost = longestHold
    void this.giveBack(message, 0)
  }

  #lose(message: HeldMessage, why: string): void {
    message.lost ??= why
    this.forget(message)
  }

  #rest(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

async function changeAll(
  changes: readonly Change[],
  calls: SqsCalls,
  withinMs: number,
): Promise<readonly (EntryFault | undefined)[]> {
  const entries = changes.slice(0, mostEntries).map(({ handle, seconds }, index) => ({
    Id: String(index),
    ReceiptHandle: handle,
    VisibilityTimeout: seconds,
  }))
  const faults = await attempt(entries, (some, ms) => calls.change(some, ms), withinMs)
  return entries.map(({ Id }) => faults.find(({ id }) => id === Id))
}
