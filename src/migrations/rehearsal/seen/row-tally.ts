import type { Statement, TableWork } from '../../../databases/wire.ts'
import type { TraceEvidence } from '../evidence.ts'
import type { KnownTable } from './tables.ts'
import { rolledBack, transactionOf } from './transactions.ts'

type Work = TableWork & { readonly known: KnownTable }

/** Keeps count of the rows of tables from statement to statement. What was rolled back counts in its own transaction only. */
export class RowTally {
  readonly #rolledBack: ReadonlySet<string>
  readonly #committed = new Map<KnownTable, number>()
  #open: { readonly key: string; readonly rows: Map<KnownTable, number> } | undefined

  constructor(trace: TraceEvidence) {
    this.#rolledBack = rolledBack(trace)
  }

  /** The statement's works with the rows that were there when it began. Statements come in their order. */
  next(statement: Statement, works: readonly Work[]): readonly (Work & { readonly rowsThen: number })[] {
    const rows = this.#rowsOf(transactionOf(statement))
    return works.map((work) => {
      const { known } = work
      const rowsThen = rows.get(known) ?? this.#committed.get(known) ?? known.rows
      rows.set(known, rowsAfter(work, rowsThen))
      return { ...work, rowsThen }
    })
  }

  #rowsOf(key: string): Map<KnownTable, number> {
    if (this.#open?.key === key) return this.#open.rows
    if (this.#open !== undefined && !this.#rolledBack.has(this.#open.key))
      for (const [table, rows] of this.#open.rows) this.#committed.set(table, rows)
    this.#open = { key, rows: new Map() }
    return this.#open.rows
  }
}

function rowsAfter({ inserted, deleted, replaced }: Work, rows: number): number {
  const left = replaced?.bytes === 0 ? 0 : rows
  return Math.max(0, left + inserted - deleted)
}
