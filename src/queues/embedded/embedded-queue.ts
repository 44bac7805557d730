import type { SliceWorkshop } from '../../databases/slice-ledger.ts'
import type { SliceClaim } from '../../runs/slice.ts'
import type { Delivery, Queue, SliceHint, Unsent } from '../queue.ts'

/** What the embedded queue asks of the ledger. */
type Claims = Pick<SliceWorkshop, 'claim' | 'giveBack' | 'renew' | 'fail' | 'change'>

// So many slices at once as take about so long: the round trip for them is then a small part of their work.
const aheadMs = 60
const mostAhead = 32
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
  #ahead: SliceClaim[] = []
  #most = 1
  #claimedAt = 0

  constructor(batch: string, claims: Claims, isRisky: boolean) {
    this.#batch = batch
    this.#claims = claims
    this.#isRisky = isRisky
  }

  /** Those who wait were told by the ledger when the slices were planned. */
  async send(): Promise<readonly Unsent[]> {
    return []
  }

  async receive(wait: { readonly waitMs: number }, signal?: AbortSignal): Promise<Delivery | undefined> {
    const until = performance.now() + wait.waitMs
    for (;;) {
      if (signal?.aborted === true) return undefined
      if (this.#ahead.length === 0) await this.#claimAhead()
      const claim = this.#ahead.shift()
      if (claim !== undefined) return this.#delivery(claim)
      const left = until - performance.now()
      if (left <= 0) return undefined
      await this.#claims.change(Math.min(left, lookAgainMs), signal ?? AbortSignal.timeout(left))
    }
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

  async giveBack(): Promise<void> {
    const ahead = this.#ahead
    this.#ahead = []
    await this.#claims.giveBack(ahead)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.giveBack().catch(() => {}) // their lease ends by itself
  }

  async #claimAhead(): Promise<void> {
    const now = performance.now()
    const tookMs = now - this.#claimedAt
    this.#claimedAt = now
    this.#most = this.#isRisky ? 1 : nextMost(this.#most, tookMs)
    this.#ahead = [...(await this.#claims.claim(this.#most, this.#isRisky))]
  }

  #delivery(claim: SliceClaim): Delivery {
    const { slice, generation } = claim
    const hint: SliceHint = { batch: this.#batch, slice, generation, sending: claim.token, definition: '' }
    return {
      hint,
      claim,
      redelivered: claim.token > 1,
      renew: async () => {
        await this.#claims.renew([claim])
      },
      ack: async () => {},
      retry: (delayMs) => this.#claims.fail(claim, { message: 'it was given back', counts: false, delayMs }),
    }
  }
}

function nextMost(most: number, tookMs: number): number {
  if (tookMs > aheadMs * 2) return Math.max(1, Math.floor(most / 2))
  return tookMs < aheadMs ? Math.min(mostAhead, most * 2) : most
}
