import type { Blocks } from '../../../../wire.ts'

/** By strength (PostgreSQL's manual, "Table-Level Locks"). A lock's key counts them from 1 on. */
export const modes = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
] as const

export interface Lock {
  readonly oid: number
  readonly mode: string
}

/** What a key of a lock stands for: 16 times the relation's number, and the mode's. */
export function lockOf(key: number): Lock {
  return { oid: Math.floor(key / 16), mode: modes[(key % 16) - 1] ?? 'AccessShareLock' }
}

/** The lock that nobody else can have at the same time, whatever it is. */
export function isStrong({ mode }: Lock): boolean {
  return mode === 'AccessExclusiveLock'
}

/** Whom a lock of a table or of one of its indexes keeps waiting. */
export function blockedBy(mode: string): Blocks {
  if (mode === 'AccessExclusiveLock') return 'readers and writers'
  return ['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock'].includes(mode) ? 'writers' : 'nobody'
}
