import { strengthOf } from '../../databases/lock-modes.ts'
import type { Statement } from '../../databases/wire.ts'
import type { TraceEvidence } from './evidence.ts'
import { transactionOf } from './seen/transactions.ts'

/** A transaction that was committed and may have changed something. */
export interface Commit {
  /** A statement that commits by itself. */
  readonly isAlone: boolean
  /** That of its first statement that may have changed something. */
  readonly text: string
  /** How long that took, in milliseconds. */
  readonly ms: number
}

/** Commits in their order, without those of transactions that only looked. */
export function commitsOf({ transactions, statements }: TraceEvidence): readonly Commit[] {
  const works = new Map<string, Statement>()
  for (const statement of statements) {
    const key = transactionOf(statement)
    if (!works.has(key) && mayChange(statement)) works.set(key, statement)
  }
  return transactions.flatMap((transaction) => {
    const work = works.get(transactionOf(transaction))
    if (transaction.end !== 'committed' || work === undefined) return []
    return [{ isAlone: work.isAlone, text: work.text, ms: work.ms }]
  })
}

const harmless =
  /^(SELECT|SHOW|SET|RESET|BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|LISTEN|UNLISTEN|DEALLOCATE|DISCARD|PREPARE|DECLARE|FETCH|MOVE|CLOSE|EXPLAIN|LOCK)\b/

/** Whether a statement may have left something: whatever else a SELECT does takes a lock for it, but for functions. */
export function mayChange({ tag, failure, tables, locks, isAlone }: Statement): boolean {
  if (isAlone) return true
  if (failure !== undefined || tag === undefined) return false
  return (
    !harmless.test(tag) ||
    [...tables.values()].some(({ inserted, updated, deleted }) => inserted + updated + deleted > 0) ||
    (tag === 'SELECT' && locks.some(({ mode }) => strengthOf(mode) >= strengthOf('RowExclusiveLock')))
  )
}
