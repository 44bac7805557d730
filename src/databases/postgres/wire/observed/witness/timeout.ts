/** What is known of a session's `lock_timeout`, in milliseconds, without asking after each statement. */
export class Timeout {
  #ofSession: number | undefined
  #now: number | undefined

  /** Unknown at first, and after a transaction that may have changed it for good. */
  get isUnknown(): boolean {
    return this.#now === undefined
  }

  get ms(): number {
    return this.#now ?? 0
  }

  /** Outside a transaction, or in one. */
  learn(ms: number, isInTransaction: boolean): void {
    this.#now = ms
    if (!isInTransaction) this.#ofSession = ms
  }

  /** `SET LOCAL` ends with its transaction, `SET` with one that is rolled back. */
  transactionEnded(end: 'committed' | 'rolled back'): void {
    if (this.#now === this.#ofSession) return
    if (end === 'committed') this.#ofSession = undefined
    this.#now = this.#ofSession
  }
}
