import type { Statement, StatementLock, TableWork } from '../../../databases/wire.ts'
import type { TraceEvidence } from '../evidence.ts'
import { resolver } from './names.ts'
import { differenceOf, type SchemaDifference } from './objects.ts'
import { RowTally } from './row-tally.ts'
import { type KnownTable, knownTables } from './tables.ts'
import { transactionOf } from './transactions.ts'

/** A lock on a table that was there before the migration, or on one of its indexes. */
export interface KnownLock extends StatementLock {
  readonly known: KnownTable
  /** Whether it is the table itself that is locked. */
  readonly isOfTable: boolean
}

/** What a statement did to a table that was there before the migration. */
export interface KnownWork extends TableWork {
  readonly known: KnownTable
  /** How many rows it held when the statement began. */
  readonly rowsThen: number
}

/** A statement, as far as it is about tables that were there before the migration. */
export interface Step {
  /** Its place among the statements of the trace. */
  readonly place: number
  readonly statement: Statement
  /** Names its transaction. */
  readonly transaction: string
  readonly taken: readonly KnownLock[]
  readonly held: readonly KnownLock[]
  readonly works: readonly KnownWork[]
}

/** What the trace has seen, told of the tables that were there before. */
export interface Scene {
  readonly trace: TraceEvidence
  readonly tables: ReadonlyMap<string, KnownTable>
  readonly steps: readonly Step[]
  readonly difference: SchemaDifference
}

const scenes = new WeakMap<TraceEvidence, Scene>()

/** The scene of a trace, which every finding looks at. */
export function sceneOf(trace: TraceEvidence): Scene {
  const known = scenes.get(trace)
  if (known !== undefined) return known
  const scene = setUp(trace)
  scenes.set(trace, scene)
  return scene
}

function setUp(trace: TraceEvidence): Scene {
  const tables = knownTables(trace)
  const resolve = resolver(tables, trace.statements)
  const tally = new RowTally(trace)
  const steps = trace.statements.map((statement, place): Step => {
    const withTable = (locks: readonly StatementLock[]) =>
      locks.flatMap((lock) => {
        const known = resolve(lock.table, place)
        return known === undefined ? [] : [{ ...lock, known, isOfTable: lock.relation === lock.table }]
      })
    const works = [...statement.tables].flatMap(([name, work]) => {
      const known = resolve(name, place)
      return known === undefined ? [] : [{ ...work, known }]
    })
    return {
      place,
      statement,
      transaction: transactionOf(statement),
      taken: withTable(statement.locks),
      held: withTable(statement.held),
      works: tally.next(statement, works),
    }
  })
  return { trace, tables, steps, difference: differenceOf(trace.before, trace.after) }
}
