import { readFile } from 'node:fs/promises'
import type { ConnectionOptions } from 'rabbitmq-client'
import { PurserError, reasonOf } from '../../core/errors.ts'
import type { QueueOptions } from '../queue.ts'

/** Where RabbitMQ is, which queue is used there, and how long is waited for it. */
export interface Broker {
  /** For people, without the password: `RabbitMQ at rabbit.internal:5672`. */
  readonly name: string
  readonly user: string
  readonly vhost: string
  readonly queue: string
  /** How many hints are kept in stock while a receiver works, by how fast it is; more are held when more are received. */
  readonly prefetch: { readonly least: number; readonly most: number }
  /** For a whole call of `send`. */
  readonly sendWithinMs: number
  /** For a connection, and for each answer on it. */
  readonly answerWithinMs: number
  readonly connection: ConnectionOptions
}

const defaults = { queue: 'purser', sendWithinMs: 5_000, answerWithinMs: 5_000 }
const usualPrefetch = { least: 4, most: 64 }
/** Two are sent in this time; a peer that is silent four halves of it is taken for gone. */
const heartbeatSeconds = 10

/** Throws `QUEUE_REFUSED` when the URL or the file of the CA can't be used. */
export async function brokerOf({ url, settings }: Pick<QueueOptions, 'url' | 'settings'>): Promise<Broker> {
  const { host, ...address } = parse(url)
  const { queue, sendWithinMs, answerWithinMs } = { ...defaults, ...settings }
  const { prefetch, ca } = settings
  return {
    name: `RabbitMQ at ${host}`,
    user: address.username,
    vhost: address.vhost,
    queue: String(queue),
    prefetch: prefetch === undefined ? usualPrefetch : { least: Number(prefetch), most: Number(prefetch) },
    sendWithinMs: Number(sendWithinMs),
    answerWithinMs: Number(answerWithinMs),
    connection: {
      ...address,
      ...(address.tls && typeof ca === 'string' ? { tls: { ca: await readCa(ca) } } : {}),
      connectionName: `purser ${process.pid}`,
      // whoever connects gives up before, in words of its own
      connectionTimeout: Number(answerWithinMs) * 2,
      acquireTimeout: Number(answerWithinMs) * 2,
      heartbeat: heartbeatSeconds,
      noDelay: true,
    },
  }
}

interface Address {
  readonly host: string
  readonly hostname: string
  readonly port: string
  readonly username: string
  readonly password: string
  readonly vhost: string
  readonly tls: boolean
}

function parse(url: string | undefined): Address {
  const parsed = url !== undefined && URL.canParse(url) ? new URL(url) : undefined
  const tls = parsed?.protocol === 'amqps:'
  if (parsed === undefined || parsed.hostname === '' || !(tls || parsed.protocol === 'amqp:')) throw noUrl()
  try {
    const port = parsed.port || (tls ? '5671' : '5672')
    return {
      host: `${parsed.hostname}:${port}`,
      hostname: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
      port,
      username: decodeURIComponent(parsed.username) || 'guest',
      password: decodeURIComponent(parsed.password) || (parsed.username === '' ? 'guest' : ''),
      vhost: decodeURIComponent(parsed.pathname.slice(1)) || '/',
      tls,
    }
  } catch {
    throw noUrl() // a % that escapes nothing
  }
}

/** What was given is not in it: it may be a password. */
function noUrl(): PurserError {
  return new PurserError('QUEUE_REFUSED', {
    message: 'The URL of RabbitMQ is missing or none: expected amqp://USER:PASSWORD@HOST/VHOST, or amqps://.',
    remedy:
      'Check the variable or the file that the configuration names. Special characters in it are %-escaped.',
  })
}

async function readCa(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new PurserError('QUEUE_REFUSED', {
      message: `The file of RabbitMQ's CA can't be read: ${reasonOf(error)}.`,
      remedy: 'Check the path in `ca`: it is one where the workers run.',
      cause: error,
    })
  }
}
