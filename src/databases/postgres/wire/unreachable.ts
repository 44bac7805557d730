import { PurserError, reasonOf } from '../../../core/errors.ts'
import type { Target } from './target/target.ts'

/** No session can be had at the server. Nothing of its URL but host, port and database is told. */
export function unreachable({ where }: Target, error: unknown): PurserError {
  if (error instanceof PurserError) return error
  return new PurserError('DATABASE_UNREACHABLE', {
    message: `The wire gets no session at PostgreSQL at ${where}: ${reasonOf(error).replace(/\.$/, '')}.`,
    remedy: 'Check that the server runs, and that this machine and this user may connect to it.',
    cause: error,
  })
}
