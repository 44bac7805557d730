import { lockModes } from '../../../../lock-modes.ts'

export interface Lock {
  readonly oid: number
  readonly mode: string
}

/** What a key of a lock stands for: 16 times the relation's number, and the mode's strength. */
export function lockOf(key: number): Lock {
  return { oid: Math.floor(key / 16), mode: lockModes[(key % 16) - 1] ?? 'AccessShareLock' }
}

/** The lock that nobody else can have at the same time, whatever it is. */
export function isStrong({ mode }: Lock): boolean {
  return mode === 'AccessExclusiveLock'
}
