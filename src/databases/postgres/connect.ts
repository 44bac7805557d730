import type { Duplex } from 'node:stream'
import { failedWith, PurserError, reasonOf } from '../../core/errors.ts'

/** Loads the app's own `pg`, or ours beside it. Throws `PACKAGE_MISSING`. */
export async function loadDriver(): Promise<typeof import('pg')> {
  try {
    return await import('pg')
  } catch (error) {
    if (!failedWith(error, 'ERR_MODULE_NOT_FOUND')) throw error
    throw new PurserError('PACKAGE_MISSING', {
      message: 'The package "pg", through which purser talks to PostgreSQL, is not installed.',
      remedy: 'Install it beside purser: `npm install pg`.',
      cause: error,
    })
  }
}

/** A connection that is there already, as the socket that `pg` would open itself. */
export function dialled(connection: Duplex): Duplex {
  const nothing = () => connection
  return Object.assign(connection, {
    connect: () => {
      process.nextTick(() => connection.emit('connect'))
      return connection
    },
    setNoDelay: nothing,
    setKeepAlive: nothing,
    ref: nothing,
    unref: nothing,
  })
}

/** The URL is not in it, but for its host and database. */
export function unreachable(url: string, error: unknown): PurserError {
  const where = URL.canParse(url) ? `${new URL(url).host}${new URL(url).pathname}` : 'the given address'
  return new PurserError('DATABASE_UNREACHABLE', {
    message: `PostgreSQL at ${where} can't be reached: ${reasonOf(error)}.`,
    remedy: 'Check that the server runs, and that this machine and this user may connect to it.',
    cause: error,
  })
}
