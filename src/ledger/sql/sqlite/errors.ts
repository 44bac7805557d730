import path from 'node:path'
import { failedWith, PurserError, reasonOf } from '../../../core/errors.ts'
import { duration } from '../../../core/text.ts'

// https://www.sqlite.org/rescode.html
const results = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const

const unwritable: readonly number[] = [results.readOnly, results.ioError, results.cannotOpen]
const damaged: readonly number[] = [results.corrupt, results.notADatabase]

/** Whether another connection holds the lock that was asked for. */
export function isBusy(error: unknown): boolean {
  const result = resultOf(error)
  return result === results.busy || result === results.locked
}

/** What people can do about an error of SQLite or of the file system; anything else comes back as it is. */
export function explain(error: unknown, file: string, lockTimeoutMs: number): unknown {
  const result = resultOf(error)
  if (isBusy(error)) return lockedError(file, lockTimeoutMs, error)
  if (result === results.full || failedWith(error, 'ENOSPC', 'EDQUOT')) {
    return unwritableError(file, 'the disk is full', `Make room on the disk of ${path.dirname(file)}.`, error)
  }
  if (result === undefined ? failsToOpen(error) : unwritable.includes(result)) {
    const remedy = `Let your user write ${file} and its folder, or name another file as the ledger.`
    return unwritableError(file, reasonOf(error), remedy, error)
  }
  if (result !== undefined && damaged.includes(result)) return corruptError(file, reasonOf(error), error)
  return error
}

export function unwritableError(file: string, why: string, remedy: string, cause?: unknown): PurserError {
  return new PurserError('LEDGER_UNWRITABLE', {
    message: `The ledger ${file} cannot be written: ${why}.`,
    remedy,
    cause,
  })
}

export function corruptError(file: string, why: string, cause?: unknown): PurserError {
  return new PurserError('LEDGER_CORRUPT', {
    message: `The ledger ${file} is damaged, or is no ledger: ${why}.`,
    remedy:
      'If it was yours, keep it and put a backup in its place; if not, name another file as the ledger.',
    cause,
  })
}

function lockedError(file: string, lockTimeoutMs: number, cause: unknown): PurserError {
  return new PurserError('LEDGER_LOCKED', {
    message: `The ledger ${file} has been locked by another process for ${duration(lockTimeoutMs)}.`,
    remedy: `Find that process with \`fuser -v ${file}\`, wait for it or end it, and try again.`,
    cause,
  })
}

function failsToOpen(error: unknown): boolean {
  return failedWith(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'ENOENT', 'EEXIST', 'ELOOP')
}

/** SQLite's primary result code: the low byte of the extended one. */
function resultOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined
  return error.errcode & 0xff
}
