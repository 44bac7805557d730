import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { Wire, WireOptions } from '../../wire.ts'
import { close } from './close.ts'
import { requireDirect as mustBeDirect } from './direct.ts'
import { Beginning } from './observed/beginning.ts'
import { terminate } from './protocol/codes.ts'
import { verifierOf } from './scram/server.ts'
import { serve } from './serve.ts'
import { openServerSession } from './server-leg/open-session.ts'
import { Sessions } from './sessions.ts'
import { Side } from './side/side.ts'
import { readTarget, type Target } from './target/target.ts'
import { taskUrl } from './target/task-url.ts'
import { unreachable } from './unreachable.ts'

interface Options extends WireOptions {
  /** How long a client may take until it has logged in, in milliseconds; a minute unless stated, as at the server. */
  readonly clientWithinMs?: number
}

/**
 * Opens a wire to the server of this URL that changes no byte of what goes through a session. Throws
 * `DATABASE_UNREACHABLE` where it can't log in there, and `WIRE_POOLER` if asked.
 */
export async function openWire(url: string, options: Options = {}): Promise<Wire> {
  const {
    address = '127.0.0.1',
    requireDirect = false,
    onError = () => {},
    clientWithinMs = 60_000,
    tap,
    isEnforced = false,
  } = options
  const target = await readTarget(url, options)
  await tryOut(target)
  if (requireDirect) await mustBeDirect(target)
  const user = `run_${randomBytes(6).toString('hex')}`
  const password = randomBytes(24).toString('base64url')
  const verifier = await verifierOf(password)
  const sessions = new Sessions()
  const side = new Side(url, options.dial)
  const isPatient = isEnforced || options.budgets?.lockTimeoutMs !== undefined
  const door = {
    target,
    user,
    verifier,
    sessions,
    side,
    clientWithinMs,
    onError,
    tap,
    beginning: new Beginning(tap),
    isEnforced,
    isPatient,
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => void serve(client, door))
  server.listen(0, address)
  await once(server, 'listening')
  const port = portOf(server)
  let closing: Promise<void> | undefined
  return {
    url: taskUrl(url, target.database, { address, port, user, password }),
    [Symbol.asyncDispose]: () => {
      closing ??= close(server, door)
      return closing
    },
  }
}

/** Whether the server lets us in: to be known before the task begins. */
async function tryOut(target: Target): Promise<void> {
  try {
    const { socket } = await openServerSession(target)
    socket.resume()
    socket.end(terminate)
  } catch (error) {
    throw unreachable(target, error)
  }
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('A TCP server has no port.')
  return address.port
}
