import type { Tally } from '../../databases/slice-ledger.ts'

const longMs = 5_000

/** Notices that a batch has slices to be worked on and nobody does: its workers were refused, or are dead. */
export class Unattended {
  readonly #now: () => number
  #rows: number | undefined
  #since = 0

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** In words, after a while; nothing as long as slices only wait for their time after an error. */
  see({ rows, claimed, waiting, nextDueMs }: Tally): string | undefined {
    const isIdle = waiting > 0 && claimed === 0 && nextDueMs === undefined && rows === this.#rows
    this.#rows = rows
    if (!isIdle) this.#since = this.#now()
    return this.#now() - this.#since < longMs ? undefined : 'waiting: no worker takes up its slices'
  }
}
