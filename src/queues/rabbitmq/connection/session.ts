import type { Socket } from 'node:net'
import type { Channel, Connection } from 'rabbitmq-client'
import type { Broker } from '../broker.ts'
import { loadDriver } from '../driver.ts'
import { within } from '../within.ts'
import { beginsGreeting, otherProtocol, versionIn } from './greeting.ts'
import { connectionRefusal } from './refusals.ts'

/** One connection to RabbitMQ, from its opening to its end. It is never opened again: whoever needs another makes it. */
export interface Session {
  readonly connection: Connection
  /** RabbitMQ's version (`3.10.8`); `undefined` where it does not tell. */
  readonly version: string | undefined
  /** Resolves with the reason once the connection is no more. */
  readonly ended: Promise<Error>
  /** A channel; what goes wrong on it alone is told by its `close`. */
  channel(): Promise<Channel>
  /** Says goodbye when that is possible at once, then ends it. */
  close(withinMs: number): Promise<void>
  /** Ends it here and now. */
  destroy(): void
}

/** Connects once. Throws `QUEUE_UNREACHABLE` or `QUEUE_REFUSED`, after `answerWithinMs` at the latest. */
export async function connect(broker: Broker, signal: AbortSignal): Promise<Session> {
  const connection = await begin(broker)
  const greeting = listenToGreeting(connection)
  let end = (_reason: Error): void => {}
  const ended = new Promise<Error>((resolve) => {
    end = resolve
  })
  const destroy = (reason = new Error('it was closed here')) => {
    end(reason)
    // The client would connect again for ever.
    connection.unsafeDestroy()
  }
  connection.on('error', destroy)
  const giveUp = () => destroy()
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    if (signal.aborted) giveUp()
    const up = new Promise<undefined>((resolve) => connection.once('connection', () => resolve(undefined)))
    const failure = await within(broker.answerWithinMs, Promise.race([up, ended]))
    if (failure !== undefined) throw failure
  } catch (error) {
    destroy()
    throw connectionRefusal(broker, error)
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
  let isOver = false
  void ended.then(() => {
    isOver = true
  })
  return {
    connection,
    version: greeting(),
    ended,
    channel: async () => {
      const channel = await within(broker.answerWithinMs, connection.acquire({ emitErrorsFromChannel: true }))
      channel.on('error', () => {}) // its `close` follows
      return channel
    },
    close: async (withinMs) => {
      // A connection that the broker has blocked takes no goodbye.
      if (!isOver && connection.ready) await within(withinMs, connection.close()).catch(() => {})
      destroy()
    },
    destroy: () => destroy(),
  }
}

async function begin(broker: Broker): Promise<Connection> {
  const { Connection } = await loadDriver()
  try {
    return new Connection(broker.connection)
  } catch (error) {
    throw connectionRefusal(broker, error) // a CA that is none
  }
}

const greetingBytes = 16_384

/**
 * The client reads what the server tells about itself, and tells nobody: it is overheard. Of a server that speaks
 * something else it would ask for as many bytes as the first four letters happen to say, and end the process with an
 * exception that nobody can catch: it gets to read that another AMQP is spoken there.
 */
function listenToGreeting(connection: Connection): () => string | undefined {
  const { _socket: socket } = connection as unknown as { readonly _socket?: Socket }
  let heard = Buffer.alloc(0)
  const listen = (chunk: Buffer) => {
    if (heard.length === 0 && !beginsGreeting(chunk)) otherProtocol.copy(chunk)
    heard = Buffer.concat([heard, chunk])
    if (heard.length > greetingBytes) socket?.off('data', listen)
  }
  socket?.on('data', listen)
  return () => {
    socket?.off('data', listen)
    return versionIn(heard)
  }
}
