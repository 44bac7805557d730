import type { SliceWorkshop } from '../databases/slice-ledger.ts'
import type { SliceClaim } from '../runs/slice.ts'

/** What else is claimed, and not begun. */
export interface Ahead {
  readonly ahead?: readonly SliceClaim[]
  forget?(slices: readonly number[]): void
}

/** Keeps a worker's claims while it lives: the one at work, and those ahead of it. */
export class Leases implements AsyncDisposable {
  readonly #workshop: Pick<SliceWorkshop, 'renew'>
  readonly #queue: Ahead
  readonly #timer: NodeJS.Timeout
  readonly #atWork = new Map<SliceClaim, AbortController>()
  #renewing: Promise<void> | undefined

  constructor(workshop: Pick<SliceWorkshop, 'renew'>, leaseMs: number, queue: Ahead) {
    this.#workshop = workshop
    this.#queue = queue
    // Two may fail before the third would be late.
    this.#timer = setInterval(() => this.#renew(), Math.max(50, Math.floor(leaseMs / 4)))
  }

  /** Counts a claim as at work until it is released. The signal says that it is another's by now. */
  hold(claim: SliceClaim): { readonly lost: AbortSignal; release(): void } {
    const controller = new AbortController()
    this.#atWork.set(claim, controller)
    return { lost: controller.signal, release: () => void this.#atWork.delete(claim) }
  }

  #renew(): void {
    this.#renewing ??= this.#renewOnce().finally(() => {
      this.#renewing = undefined
    })
  }

  async #renewOnce(): Promise<void> {
    const claims = [...this.#atWork.keys(), ...(this.#queue.ahead ?? [])]
    if (claims.length === 0) return
    // While the database can't be reached nobody else can claim them either.
    const gone: readonly number[] = await this.#workshop.renew(claims).catch(() => [])
    this.#queue.forget?.(gone)
    for (const [claim, controller] of this.#atWork) if (gone.includes(claim.slice)) controller.abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#renewing
  }
}
