import type { Delivery } from '../../queue.ts'

interface Waiter {
  settle(delivery: Delivery | undefined): void
}

/** Those who wait for a delivery, the first first, each until its time is over. */
export class Waiters {
  readonly #waiters = new Set<Waiter>()
  #isClosed = false

  get count(): number {
    return this.#waiters.size
  }

  wait(waitMs: number, signal: AbortSignal | undefined): Promise<Delivery | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      const giveUp = () => waiter.settle(undefined)
      const timer = setTimeout(giveUp, waitMs)
      const waiter: Waiter = {
        settle: (delivery) => {
          this.#waiters.delete(waiter)
          clearTimeout(timer)
          signal?.removeEventListener('abort', giveUp)
          resolve(delivery)
        },
      }
      signal?.addEventListener('abort', giveUp, { once: true })
      this.#waiters.add(waiter)
    })
  }

  /** To the first. There must be one. */
  give(delivery: Delivery): void {
    const [first] = this.#waiters
    first?.settle(delivery)
  }

  close(): void {
    this.#isClosed = true
    for (const waiter of this.#waiters) waiter.settle(undefined)
  }
}
