import type { Blocks } from './wire.ts'

/** Modes of locks on tables, from the weakest to the strongest (PostgreSQL's manual, "Table-Level Locks"). */
export const lockModes: readonly string[] = [
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
  return lockModes.indexOf(mode) + 1
}

/** The strength of the weakest mode that keeps writers waiting. */
export const firstBlocking = strengthOf('ShareLock')

/** Whom a lock of a table or of one of its indexes keeps waiting. */
export function blockedBy(mode: string): Blocks {
  if (mode === 'AccessExclusiveLock') return 'readers and writers'
  return strengthOf(mode) >= firstBlocking ? 'writers' : 'nobody'
}
