import type { Delivery, Queue, QueueOptions, SliceHint, Unsent } from '../queue.ts'
import { addressOf } from './address.ts'
import { Batcher } from './batcher.ts'
import { SqsCalls } from './calls.ts'
import { settle } from './entries.ts'
import { ForeignMessages } from './foreign.ts'
import { Health } from './health.ts'
import type { HeldMessage } from './held-message.ts'
import { Intake } from './intake.ts'
import { Keeper } from './keeper.ts'
import { type Limits, limits as usualLimits } from './limits.ts'
import { locate, placeOf } from './locate.ts'
import { clientOf, loadSdk } from './sdk.ts'
import { sendHints } from './send-hints.ts'
import { deliveryOf } from './sqs-delivery.ts'

/** Deletions wait so long for others, to go in one call: what is dealt with is no matter if it comes again. */
const deleteAfterMs = 200
const deleteWithinMs = 3_000

/**
 * Opens a queue of Amazon SQS, standard or FIFO (by its name's end), which is there already: none is ever made.
 * Settings: `queue` (its name or whole URL), and where the SDK's own chain is not to decide, `region` and `endpoint`;
 * credentials come by that chain only. SQS forgets messages after 14 days at most (4 unless the queue says otherwise),
 * which loses nothing: the slice ledger has what is not done sent again. Nothing is held for longer than 12 hours.
 *
 * Throws `PACKAGE_MISSING`, `QUEUE_MISSING`, `QUEUE_REFUSED`, `QUEUE_UNREACHABLE`.
 */
export async function openSqsQueue(
  { settings, report }: QueueOptions,
  limits: Limits = usualLimits,
): Promise<Queue> {
  const address = addressOf(settings)
  const sdk = await loadSdk()
  const client = clientOf(sdk, address)
  try {
    const place = await placeOf(client, address)
    const url = await locate({ sdk, client, address, place, withinMs: limits.openWithinMs })
    const health = new Health(address.name, place, report)
    const calls = new SqsCalls(sdk, client, url, health, limits.callWithinMs)
    const foreign = new ForeignMessages(address.name, report)
    return new SqsQueue({ calls, health, foreign, report, limits, isFifo: address.isFifo })
  } catch (error) {
    client.destroy()
    throw error
  }
}

interface Parts {
  readonly calls: SqsCalls
  readonly health: Health
  readonly foreign: ForeignMessages
  readonly report: (sentence: string) => void
  readonly limits: Limits
  readonly isFifo: boolean
}

class SqsQueue implements Queue {
  readonly #calls: SqsCalls
  readonly #health: Health
  readonly #limits: Limits
  readonly #isFifo: boolean
  readonly #keeper: Keeper
  readonly #intake: Intake
  readonly #deletions: Batcher<string, undefined>
  readonly #closing = new AbortController()
  #closed: Promise<void> | undefined

  constructor({ calls, health, foreign, report, limits, isFifo }: Parts) {
    this.#calls = calls
    this.#health = health
    this.#limits = limits
    this.#isFifo = isFifo
    this.#keeper = new Keeper(calls, limits.callWithinMs, report)
    this.#intake = new Intake({ calls, keeper: this.#keeper, foreign, limits })
    this.#deletions = new Batcher((handles) => this.#delete(handles), deleteAfterMs)
  }

  async send(hints: readonly SliceHint[]): Promise<readonly Unsent[]> {
    const { sendWithinMs, sendHintMs } = this.#limits
    return sendHints(hints, {
      calls: this.#calls,
      isFifo: this.#isFifo,
      withinMs: sendWithinMs + hints.length * sendHintMs,
      signal: this.#closing.signal,
    })
  }

  async receive(
    wait: { readonly leaseMs: number; readonly waitMs: number },
    signal?: AbortSignal,
  ): Promise<Delivery | undefined> {
    const message = await this.#intake.next(wait, signal)
    return message && this.#deliver(message)
  }

  async receiveMore(most: number, leaseMs: number): Promise<readonly Delivery[]> {
    return this.#intake.more(most, leaseMs).map((message) => this.#deliver(message))
  }

  #deliver(message: HeldMessage): Delivery {
    return deliveryOf(message, this.#keeper, (handle) => this.#remove(handle))
  }

  condition(): string | undefined {
    return this.#health.condition()
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#closing.abort()
    const deadline = setTimeout(() => this.#end(), this.#limits.closeWithinMs)
    const deleted = this.#deletions.flush()
    await this.#intake.close()
    await Promise.all([this.#keeper.close(), deleted])
    clearTimeout(deadline)
    this.#end()
  }

  #end(): void {
    this.#keeper.end()
    this.#calls.end()
  }

  #remove(handle: string): void {
    if (!this.#closing.signal.aborted) void this.#deletions.add(handle)
  }

  /** Advice only: a message that could not be deleted comes back, and its slice is found done. */
  async #delete(handles: readonly string[]): Promise<readonly undefined[]> {
    const entries = handles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }))
    await settle(
      entries,
      (some, withinMs) => this.#calls.delete(some, withinMs),
      deleteWithinMs,
      this.#closing.signal,
    )
    return handles.map(() => undefined)
  }
}
