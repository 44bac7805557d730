import { Stride } from '../core/stride.ts'
import type { SliceWorkshop } from '../databases/slice-ledger.ts'
import type { Delivery, Queue, SliceHint, Unsent } from '../queues/queue.ts'
import type { SliceClaim } from '../runs/slice.ts'
import { type Gist, gistOf, passOnHint } from './gist.ts'
import type { Ahead } from './leases.ts'

/** Whose hints are claimed, and where. */
interface Own {
  readonly batch: string
  readonly definition: string
  readonly workshop: Pick<SliceWorkshop, 'claimThese' | 'giveBack' | 'state'>
}

interface Wait {
  readonly leaseMs: number
  readonly waitMs: number
}

interface Claimed {
  readonly delivery: Delivery
  readonly claim: SliceClaim
}

// So many slices at once as take about so long: the round trip for them is then a small part of their work.
const aheadMs = 60
const mostAhead = 32

/**
 * A broker's queue whose hints of one batch come with their claims: those at hand are claimed in one statement, before
 * their slices are worked on one after another. For who receives one at a time, and works on nothing that may take its
 * process down: slices that were only claimed would count as tried with it.
 */
export class ClaimAhead implements Queue, Ahead {
  readonly #queue: Queue
  readonly #own: Own
  readonly #stride = new Stride({ aboutMs: aheadMs, most: mostAhead })
  /** Hints of this batch that are to be claimed, and others that are handed on as they are. */
  #unclaimed: readonly Delivery[] = []
  #others: readonly Delivery[] = []
  #claimed: readonly Claimed[] = []

  constructor(queue: Queue, own: Own) {
    this.#queue = queue
    this.#own = own
  }

  send(hints: readonly SliceHint[]): Promise<readonly Unsent[]> {
    return this.#queue.send(hints)
  }

  /** As the contract says; nothing at once, where the batch rests or waits. */
  async receive({ leaseMs, waitMs }: Wait, signal?: AbortSignal): Promise<Delivery | undefined> {
    const untilMs = performance.now() + waitMs
    let gist: Gist = 'goes on'
    while (signal?.aborted !== true) {
      const [next] = this.#handOut(1)
      if (next !== undefined) return next
      const leftMs = untilMs - performance.now()
      if (gist !== 'goes on' || leftMs <= 0) return undefined
      if (this.#unclaimed.length === 0 && !(await this.#take({ leaseMs, waitMs: leftMs }, signal)))
        return undefined
      gist = await this.#claim()
    }
    return undefined
  }

  async receiveMore(most: number): Promise<readonly Delivery[]> {
    return this.#handOut(most)
  }

  condition(): string | undefined {
    return this.#queue.condition()
  }

  /** What is claimed and not begun. */
  get ahead(): readonly SliceClaim[] {
    return this.#claimed.map(({ claim }) => claim)
  }

  /** Claims that were given back, or are another's since: whether their slices are due is asked again. */
  forget(slices: readonly number[]): void {
    const isGone = ({ claim }: Claimed) => slices.includes(claim.slice)
    const gone = this.#claimed.filter(isGone).map(({ delivery }) => delivery)
    this.#unclaimed = [...this.#unclaimed, ...gone]
    this.#claimed = this.#claimed.filter((each) => !isGone(each))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const claims = this.ahead
    this.#claimed = []
    this.#unclaimed = []
    this.#others = []
    // before their hints: whoever gets one of those is to find its slice free
    await this.#own.workshop.giveBack(claims).catch(() => {}) // their lease ends by itself
    await this.#queue[Symbol.asyncDispose]()
  }

  #handOut(most: number): readonly Delivery[] {
    const others = this.#others.slice(0, most)
    this.#others = this.#others.slice(most)
    const claimed = this.#claimed.slice(0, most - others.length)
    this.#claimed = this.#claimed.slice(claimed.length)
    return [...others, ...claimed.map(withClaim)]
  }

  /** Whether anything came. */
  async #take(wait: Wait, signal: AbortSignal | undefined): Promise<boolean> {
    const first = await this.#queue.receive(wait, signal)
    if (first === undefined) return false
    const more = this.#stride.next() - 1
    const taken = [first, ...(more === 0 ? [] : await this.#queue.receiveMore(more, wait.leaseMs))]
    this.#unclaimed = taken.filter((delivery) => this.#isOwn(delivery))
    this.#others = taken.filter((delivery) => !this.#isOwn(delivery))
    return true
  }

  #isOwn({ hint: { batch, definition } }: Delivery): boolean {
    return batch === this.#own.batch && definition === this.#own.definition
  }

  /** What can't be claimed now, since the database is away, is kept for the next time. */
  async #claim(): Promise<Gist> {
    const { workshop } = this.#own
    const asked = this.#unclaimed
    if (asked.length === 0) return 'goes on'
    const claims = await workshop.claimThese(
      asked.map(({ hint }) => hint),
      false,
    )
    const { claimed, left } = assign(claims, asked)
    this.#claimed = claimed
    this.#unclaimed = left
    if (left.length === 0) return 'goes on'
    const gist = await gistOf(workshop)
    this.#unclaimed = []
    await Promise.all(left.map((delivery) => passOnHint(delivery, gist)))
    return gist
  }
}

/** Gives each claim to the first hint of its slice: a copy of that has none. */
function assign(
  claims: readonly SliceClaim[],
  deliveries: readonly Delivery[],
): { readonly claimed: readonly Claimed[]; readonly left: readonly Delivery[] } {
  const free = new Map(claims.map((claim) => [claim.slice, claim]))
  const claimed: Claimed[] = []
  const left: Delivery[] = []
  for (const delivery of deliveries) {
    const { slice, generation } = delivery.hint
    const claim = free.get(slice)
    if (claim?.generation === generation) {
      free.delete(slice)
      claimed.push({ delivery, claim })
    } else left.push(delivery)
  }
  return { claimed, left }
}

function withClaim({ delivery, claim }: Claimed): Delivery {
  return {
    hint: delivery.hint,
    redelivered: delivery.redelivered,
    claim,
    renew: (leaseMs) => delivery.renew(leaseMs),
    ack: () => delivery.ack(),
    retry: (delayMs) => delivery.retry(delayMs),
  }
}
