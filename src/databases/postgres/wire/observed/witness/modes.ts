import { lockModes } from '../../../../lock-modes.ts'

/** A lock's key is so many times its relation's number, and as many more as its mode's name has letters: no two have as many. */
export const roomForMode = 32

const byLength = new Map(lockModes.map((mode) => [mode.length, mode]))

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
