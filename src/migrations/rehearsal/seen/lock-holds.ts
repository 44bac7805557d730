import { strengthOf } from '../../../databases/lock-modes.ts'
import type { Blocks } from '../../../databases/wire.ts'
import type { Scene, Step } from './scene.ts'
import type { KnownTable } from './tables.ts'

/** The strongest lock that the migration held on a table that was there before. */
export interface LockHold {
  /** As it was called before. */
  readonly table: string
  readonly mode: string
  readonly blocks: Blocks
  /** For how long, in milliseconds: in the trace, which is slower than the migration alone. */
  readonly ms: number
  /** The statement that took it, by its place in the trace. */
  readonly statement: number
}

/** What was held on each table, the strongest first. Of two holds of one mode, the longer. */
export function lockHolds({ steps }: Scene): readonly LockHold[] {
  const ends = endsOf(steps)
  const worst = new Map<KnownTable, LockHold>()
  for (const step of steps) {
    for (const { known, mode, blocks, isOfTable } of step.taken) {
      if (!isOfTable) continue
      const ms = Math.max(0, (ends.get(step.transaction) ?? 0) - step.statement.startedAt)
      const hold = { table: known.name, mode, blocks, ms, statement: step.place }
      const other = worst.get(known)
      if (other === undefined || compare(hold, other) < 0) worst.set(known, hold)
    }
  }
  return [...worst.values()].sort(compare)
}

/** When the last statement of each transaction was done. */
function endsOf(steps: readonly Step[]): ReadonlyMap<string, number> {
  return new Map(steps.map(({ transaction, statement }) => [transaction, statement.startedAt + statement.ms]))
}

function compare(one: LockHold, other: LockHold): number {
  return strengthOf(other.mode) - strengthOf(one.mode) || other.ms - one.ms
}
