import type { Duplex } from 'node:stream'
import type { Client } from 'pg'
import { failedWith, PurserError, reasonOf } from '../../core/errors.ts'
import type { Dial } from '../database.ts'

const connectWithinMs = 5_000

interface ConnectOptions {
  /** After how many milliseconds an answer is given up on; 0 for never. 5,000 unless stated. */
  readonly answerWithinMs?: number
  /** What the server's own lists show it as. */
  readonly name?: string
}

/** Connects, from where `dial` starts or else from here. Throws `DATABASE_UNREACHABLE`. */
export async function connect(
  url: string,
  dial: Dial | undefined,
  { answerWithinMs = 5_000, name = 'purser' }: ConnectOptions = {},
): Promise<Client> {
  const { default: pg } = await loadDriver()
  const common = {
    connectionString: url,
    connectionTimeoutMillis: connectWithinMs,
    ...(answerWithinMs === 0 ? {} : { query_timeout: answerWithinMs }),
    application_name: name,
    // a connection that went silent without an end is known as dead in minutes, not in hours
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  }
  const { host, port } = new pg.Client(common)
  let stream: Duplex | undefined
  try {
    stream = dial === undefined ? undefined : dialled(await dial(host, port))
    const client = new pg.Client(stream === undefined ? common : { ...common, stream: () => stream })
    client.on('error', () => {}) // a cut connection fails the query that waits on it
    await client.connect()
    return client
  } catch (error) {
    stream?.destroy()
    throw error instanceof PurserError ? error : unreachable(url, error)
  }
}

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
function dialled(connection: Duplex): Duplex {
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
function unreachable(url: string, error: unknown): PurserError {
  const where = URL.canParse(url) ? `${new URL(url).host}${new URL(url).pathname}` : 'the given address'
  return new PurserError('DATABASE_UNREACHABLE', {
    message: `PostgreSQL at ${where} can't be reached: ${reasonOf(error)}.`,
    remedy: 'Check that the server runs, and that this machine and this user may connect to it.',
    cause: error,
  })
}
