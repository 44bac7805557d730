import type { Blocks } from '../../../../wire.ts'

const modes = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
]

/** A lock's key is so many times its relation's number, and as many more as its mode's name has letters: no two have as many. */
export const roomForMode = 32

const byLength = new Map(modes.map((mode) => [mode.length, mode]))

export interface Lock {
  readonly oid: number
  readonly mode: string
}

/** What a key of a lock stands for. */
export function lockOf(key: number): Lock {
  const length = key % roomForMode
  return { oid: (key - length) / roomForMode, mode: byLength.get(length) ?? 'AccessShareLock' }
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
