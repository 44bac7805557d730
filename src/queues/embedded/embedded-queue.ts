import { PurserError } from '../../core/errors.ts'
import { Stride } from '../../core/stride.ts'
import type { SliceWorkshop } from '../../databases/slice-ledger.ts'
import type { SliceClaim } from '../../runs/slice.ts'
import type { Delivery, Queue, SliceHint, Unsent } from '../queue.ts'

/** What the embedded queue asks of the ledger. */
type Claims = Pick<SliceWorkshop, 'claim' | 'giveBack' | 'renew' | 'fail' | 'change'>

interface Wait {
  readonly leaseMs: number
  readonly waitMs: number
}

// So many slices at once as take about so long: the round trip for them is then a small part of their work.
const aheadMs = 150
const mostAhead = 64
// Toward the end fewer and fewer are claimed at once, so that all workers end together.
const greatestShare = 0.25
// Workers are told of new slices; this is for who missed it, or can't be told (a pooler between).
const lookAgainMs = 1_000

/**
 * The slice ledger itself as the queue: nothing to install, no message that could be lost, and a delivery that is a
 * claim already. A batch whose handler may take its process down claims one slice at a time, so that its neighbours
 * are not counted as tried with it.
 */
export class EmbeddedQueue implements Queue {
  readonly #claims: Claims
  readonly #isRisky: boolean
  readonly #batch: string
  readonly #held = new Set<SliceClaim>()
  readonly #closing = new AbortController()
  #ahead: SliceClaim[] = []
  readonly #stride = new Stride({ aboutMs: aheadMs, most: mostAhead })
  #claiming: Promise<unknown> = Promise.resolve()

  constructor(batch: string, claims: Claims, isRisky: boolean) {
    this.#batch = batch
    this.#claims = claims
    this.#isRisky = isRisky
  }

  /** Those who wait were told by the ledger when the slices were planned. */
  async send(): Promise<readonly Unsent[]> {
    return []
  }

  async receive({ leaseMs, waitMs }: Wait, signal?: AbortSignal): Promise<Delivery | undefined> {
    const until = performance.now() + waitMs
    for (;;) {
      if (this.#hasEnded(signal)) return undefined
      const claim = this.#ahead.shift() ?? (await this.#claimFirst(leaseMs, signal))
      if (claim !== undefined) return this.#deliver(claim)
      const ended =
        signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal])
      const left = until - performance.now()
      if (left <= 0) return undefined
      await this.#claims.change(Math.min(left, lookAgainMs), ended)
    }
  }

  /** What is claimed ahead. */
  async receiveMore(most: number): Promise<readonly Delivery[]> {
    return this.#ahead.splice(0, most).map((claim) => this.#deliver(claim))
  }

  #hasEnded(signal: AbortSignal | undefined): boolean {
    return this.#closing.signal.aborted || signal?.aborted === true
  }

  condition(): undefined {
    return undefined
  }

  /** What is claimed and not begun. */
  get ahead(): readonly SliceClaim[] {
    return this.#ahead
  }

  /** Forgets claims that are somebody else's since. */
  forget(slices: readonly number[]): void {
    this.#ahead = this.#ahead.filter(({ slice }) => !slices.includes(slice))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await this.#claiming
    const claims = [...this.#held, ...this.#ahead]
    this.#ahead = []
    this.#held.clear()
    await this.#claims.giveBack(claims).catch(() => {}) // their lease ends by itself
  }

  /** One claim at a time: a second under way would take the first for one whose answer was lost. */
  #claimFirst(leaseMs: number, signal: AbortSignal | undefined): Promise<SliceClaim | undefined> {
    const claiming = this.#claiming.then(async () => {
      if (this.#ahead.length === 0 && !this.#hasEnded(signal)) await this.#claimAhead(leaseMs)
      return this.#hasEnded(signal) ? undefined : this.#ahead.shift() // what is left is given back with the rest
    })
    this.#claiming = claiming.catch(() => {})
    return claiming
  }

  async #claimAhead(leaseMs: number): Promise<void> {
    const most = this.#isRisky ? 1 : this.#stride.next()
    this.#ahead = [...(await this.#claims.claim(most, this.#isRisky, leaseMs, greatestShare))]
  }

  #deliver(claim: SliceClaim): Delivery {
    const { slice, generation, token } = claim
    const hint: SliceHint = { batch: this.#batch, slice, generation, sending: token, definition: '' }
    this.#held.add(claim)
    return {
      hint,
      claim,
      redelivered: token > 1,
      renew: async (leaseMs) => {
        const gone = await this.#claims.renew([claim], leaseMs)
        if (gone.length > 0) throw lost(claim)
      },
      ack: async () => void this.#held.delete(claim),
      retry: async (delayMs) => {
        this.#held.delete(claim)
        await this.#claims.fail(claim, { message: 'it was given back', counts: false, delayMs })
      },
    }
  }
}

function lost({ batch, slice }: SliceClaim): PurserError {
  return new PurserError('DELIVERY_LOST', {
    message: `Slice ${slice} of batch ${batch} is another worker's by now: its lease had run out.`,
    remedy: 'Nothing of it took effect here; whoever has it does it.',
  })
}
