import { PurserError } from '../../core/errors.ts'
import type { FailureKind } from '../slice-ledger.ts'

/** The SQLSTATE of what the server said; `undefined` where it was not the server that failed. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

// Errors of the connection itself. A handler's own errors may look the same (a refused HTTP call), and are not these.
const cutConnections = new WeakSet<Error>()

/** Remembers that this is no answer of the server but the end of the connection. */
export function markCut(error: unknown): void {
  if (error instanceof Error) cutConnections.add(error)
}

/**
 * Whether a statement that was prepared on a connection can't be used on it any more: a table was altered since, or
 * somebody deallocated it. A new connection is all that it needs.
 */
export function isStale(error: unknown): boolean {
  const state = sqlStateOf(error)
  if (state === '26000') return true
  const isAltered = error instanceof Error && 'routine' in error && error.routine === 'RevalidateCachedQuery'
  return state === '0A000' && isAltered
}

/** Reads PostgreSQL's own classes (its manual, appendix A). */
export function classify(error: unknown): FailureKind {
  if (isCut(error)) return 'away'
  if (error instanceof PurserError && error.code === 'BATCH_STATEMENT_WRONG') return 'hopeless'
  const state = sqlStateOf(error)
  if (state === undefined) return 'rows'
  if (tooMuch.has(state)) return 'timeout'
  if (['40P01', '40001', '55P03'].includes(state)) return 'conflict'
  if (['25006', '25P03'].includes(state) || away.has(state.slice(0, 2))) return 'away'
  return hopeless.has(state) ? 'hopeless' : 'rows'
}

/** Whether an error says nothing about what was asked: the same may be asked again, later. */
export function passes(error: unknown): boolean {
  return ['away', 'conflict', 'timeout'].includes(classify(error))
}

// out of time (of a statement, of a transaction), or of the room for temporary files that it may have
const tooMuch = new Set(['57014', '25P04', '53400'])
// connections, transactions that the server gave up on, resources, the operator, the system below
const away = new Set(['08', '40', '53', '57', '58'])

function isCut(error: unknown): boolean {
  if (error instanceof PurserError) return error.code === 'DATABASE_UNREACHABLE'
  return error instanceof Error && cutConnections.has(error)
}

// syntax, columns, functions, tables, parameters and schemas that are not there, rights that are missing
const hopeless = new Set(['42601', '42703', '42883', '42P01', '42P02', '42501', '3F000'])
