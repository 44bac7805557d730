import type { Batch } from '../../batches/definition.ts'
import type { Pace } from '../../batches/throttle/controller.ts'
import { afterSlice, type SliceSizing, startSizing } from '../../batches/throttle/slice-size.ts'
import { startThrottle, type Throttle } from '../../batches/throttle/throttle.ts'
import type { BatchLead, SliceLedger, Tally } from '../../databases/slice-ledger.ts'

/** How fast a batch's workers may go, and how large the next slices are. */
export class Pacing implements AsyncDisposable {
  readonly #lead: BatchLead
  readonly #throttle: Throttle
  readonly #fixedRows: number | undefined
  #sizing: SliceSizing | undefined
  #told: Pace | undefined

  constructor(ledger: Pick<SliceLedger, 'query'>, lead: BatchLead, { size, throttle }: Batch) {
    this.#lead = lead
    this.#fixedRows = 'rows' in size ? size.rows : undefined
    this.#sizing = 'targetMs' in size ? startSizing(size.targetMs) : undefined
    // What can't be written down now is written down at the next look.
    const onChange = () => void this.#tell().catch(() => {})
    this.#throttle = startThrottle({ signals: throttle, query: (text) => ledger.query(text), onChange })
  }

  /** How many rows the next slices get. */
  get rows(): number {
    const rows = this.#fixedRows ?? this.#sizing?.rows ?? 1
    return Math.max(1, Math.round(rows * this.#throttle.pace.sizeFactor))
  }

  /** Takes in how the batch goes, and lets its workers know how fast they may. Returns what limits it, in words. */
  async keep({ rowMs }: Tally): Promise<string | undefined> {
    if (this.#sizing !== undefined && rowMs !== undefined) {
      const { rows } = this.#sizing
      this.#sizing = afterSlice(this.#sizing, { rows, ms: rows * rowMs })
    }
    await this.#tell()
    return this.#throttle.pace.limiting
  }

  async #tell(): Promise<void> {
    const { pace } = this.#throttle
    if (pace.speed === this.#told?.speed && pace.limiting === this.#told.limiting) return
    await this.#lead.setSpeed(pace.speed, pace.limiting)
    this.#told = pace
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#throttle[Symbol.asyncDispose]()
  }
}
