import type { Blocks, StatementLock } from '../../../databases/wire.ts'

/** From the weakest to the strongest, as PostgreSQL numbers them. */
const modes: readonly string[] = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
]

/** Greater is stronger; 0 for a mode that nobody knows. */
export function strengthOf(mode: string): number {
  return modes.indexOf(mode) + 1
}

/** The weakest mode that keeps writers waiting. */
export const firstBlocking = strengthOf('ShareLock')

/** The strongest of these. */
export function strongest<T extends Pick<StatementLock, 'mode'>>(locks: readonly T[]): T | undefined {
  return locks.toSorted((one, other) => strengthOf(other.mode) - strengthOf(one.mode))[0]
}

/** Who waits, in words. */
export function whoWaits(blocks: Exclude<Blocks, 'nobody'>): string {
  return blocks === 'writers' ? 'writers' : 'readers and writers'
}
