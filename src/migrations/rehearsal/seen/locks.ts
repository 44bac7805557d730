import { strengthOf } from '../../../databases/lock-modes.ts'
import type { Blocks, StatementLock } from '../../../databases/wire.ts'

/** The strongest of these. */
export function strongest<T extends Pick<StatementLock, 'mode'>>(locks: readonly T[]): T | undefined {
  return locks.toSorted((one, other) => strengthOf(other.mode) - strengthOf(one.mode))[0]
}

/** Who waits, in words. */
export function whoWaits(blocks: Exclude<Blocks, 'nobody'>): string {
  return blocks === 'writers' ? 'writers' : 'readers and writers'
}
