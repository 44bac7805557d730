import type { Refusal } from '../core/errors.ts'
import type { Effects, RowCounts } from '../databases/wire.ts'
import { leaves, plus } from '../migrations/rehearsal/envelope.ts'
import { PassingPartitions } from '../migrations/rehearsal/passing-partitions.ts'
import { Recorder } from '../migrations/rehearsal/recorder.ts'
import type { Envelope } from '../runs/rehearsal.ts'

/** Holds a run to what was rehearsed: a transaction that would do more does not get its commit. */
export class EnvelopeGuard extends Recorder {
  readonly #envelope: Envelope
  readonly #tolerance: number
  readonly #passing: PassingPartitions
  /** Rows of transactions that were committed. */
  readonly #committed = new Map<string, RowCounts>()
  readonly #asked = new Map<string, Effects['rows']>()

  /** Patterns of partitions that come and go by themselves: what is done to them is compared together. */
  constructor(envelope: Envelope, tolerance: number, passingPartitions: readonly string[] = []) {
    super()
    this.#passing = new PassingPartitions(passingPartitions)
    this.#envelope = this.#passing.envelope(envelope)
    this.#tolerance = tolerance
  }

  override async beforeCommit(session: string, effects: Effects): Promise<Refusal | undefined> {
    const changed = this.#passing.rows(effects.rows)
    this.#asked.set(session, changed)
    const rows = sum(this.#committed, changed)
    const locks = this.#passing.locks(effects.locks)
    const why = leaves(this.#envelope, { rows, locks }, this.#tolerance)
    if (why.length === 0) return undefined
    return {
      code: 'ENVELOPE_LEFT',
      message: `The migration does more than was rehearsed: ${why.join('; ')}. It was rolled back.`,
      remedy: 'Rehearse it again on data of today, and look at what differs.',
    }
  }

  /** What was rehearsed to commit by itself may; it can't be held back any more then. */
  mayCommitByItself(text: string): boolean {
    return this.#envelope.alone.includes(text)
  }

  override afterTransaction(session: string, transaction: number, end: 'committed' | 'rolled back'): void {
    super.afterTransaction(session, transaction, end)
    const rows = this.#asked.get(session)
    this.#asked.delete(session)
    if (end === 'rolled back' || rows === undefined) return
    for (const [table, counts] of sum(this.#committed, rows)) this.#committed.set(table, counts)
  }
}

function sum(
  one: ReadonlyMap<string, RowCounts>,
  other: ReadonlyMap<string, RowCounts>,
): ReadonlyMap<string, RowCounts> {
  return new Map([...one, ...[...other].map(([table, more]) => [table, plus(one.get(table), more)] as const)])
}
