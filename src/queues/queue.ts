import type { JsonObject } from '../core/json.ts'
import type { Reference } from '../environment/reference.ts'
import type { SliceClaim } from '../runs/slice.ts'

/**
 * Says that a slice may be due. Nothing is done because of it alone and nothing is lost with it: the slice ledger is
 * asked first, and what it has not marked done is sent again.
 */
export interface SliceHint {
  /** The batch, by the run that began it. */
  readonly batch: string
  /** The slice's number in its batch. */
  readonly slice: number
  /** How often the slice's rows were put back to be done again, from 0. */
  readonly generation: number
  /** How often it was sent, from 1: what tells a second sending from a copy of the first. */
  readonly sending: number
  /** Digest of the task's definition: a worker with another one leaves the slice to a worker that has it. */
  readonly definition: string
}

/** A hint under a lease: it comes back when whoever holds it dies, or takes longer than it said. */
export interface Delivery {
  readonly hint: SliceHint
  /** Whether it may have been handed out before. */
  readonly redelivered: boolean
  /** The claim that came with it, where its slice is claimed already. */
  readonly claim?: SliceClaim
  /** Keeps it for so long from now. Throws `DELIVERY_LOST` when it is this holder's no more. */
  renew(leaseMs: number): Promise<void>
  /** It is dealt with. Advice only: a delivery that was acknowledged may come back all the same. */
  ack(): Promise<void>
  /** Gives it back: it comes again after about so long, or sooner when this process dies. */
  retry(delayMs: number): Promise<void>
}

/** A hint that was not taken, and why. The slice ledger still has it as not sent. */
export interface Unsent {
  readonly hint: SliceHint
  readonly why: string
}

/** A transport of hints between a batch's lead and its workers. Every call has a deadline. */
export interface Queue extends AsyncDisposable {
  /** Sends hints. What the broker has not taken for certain, in time and into a queue, is returned. */
  send(hints: readonly SliceHint[]): Promise<readonly Unsent[]>
  /** The next hint, held for `leaseMs`; `undefined` when none came in `waitMs`, or the signal was given. */
  receive(
    wait: { readonly leaseMs: number; readonly waitMs: number },
    signal?: AbortSignal,
  ): Promise<Delivery | undefined>
  /** Further hints that came already, at most so many, each held for `leaseMs`: nothing is waited for. */
  receiveMore(most: number, leaseMs: number): Promise<readonly Delivery[]>
  /** What keeps it from going on right now, in words (`waiting: broker disk alarm`); `undefined` when nothing does. */
  condition(): string | undefined
}

/** A queue as the configuration names it: plain data, which goes with the assignment to where it is opened. */
export interface QueueWiring {
  readonly kind: string
  /** For people: `rabbitmq (queue purser)`. */
  readonly describe: string
  readonly problems: readonly { readonly path: string; readonly message: string }[]
  /** Where its URL is, if it has one with a password in it. */
  readonly url?: Reference
  /** Everything else. */
  readonly settings: JsonObject
}

/** What a queue is opened with, inside the twin. */
export interface QueueOptions {
  readonly url?: string
  readonly settings: JsonObject
  /** Hears sentences about what stops nothing: a message that is not ours, a broker that went away or came back. */
  readonly report: (sentence: string) => void
}
