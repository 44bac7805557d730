import type { Duplex } from 'node:stream'
import { version3 } from '../protocol/codes.ts'
import { HungUp, Inbox } from '../protocol/inbox.ts'
import { ServerError } from '../protocol/server-error.ts'
import { type Parameters, startup } from '../protocol/write.ts'
import { type Address, budgets, type Target } from '../target/target.ts'
import { logIn } from './log-in.ts'
import { reach } from './reach.ts'

/** A session at the server, ready for the first statement. */
export interface ServerSession {
  readonly socket: Duplex
  readonly address: Address
  /** What it said from the moment it let us in until it was ready: for the client, as it is. */
  readonly greeting: Buffer
  /** What came after that. */
  readonly rest: Buffer
  /** Process and key, by which its work is cancelled; `undefined` where the server hands out none. */
  readonly key: Buffer | undefined
}

interface Ask {
  readonly version?: number
  readonly parameters?: Parameters
}

const withinMs = 15_000

/** Opens a session with what the client asked for, as the URL's user and in its database. Throws why it could not. */
export async function openServerSession(
  target: Target,
  { version = version3, parameters = new Map() }: Ask = {},
  signal?: AbortSignal,
): Promise<ServerSession> {
  const deadline = AbortSignal.timeout(withinMs)
  const either = signal === undefined ? deadline : AbortSignal.any([signal, deadline])
  const { socket, address } = await reach(target, either)
  const abort = () => socket.destroy(new HungUp('there was no answer in time'))
  either.addEventListener('abort', abort, { once: true })
  const inbox = new Inbox(socket)
  try {
    socket.write(startup(version, asked(target, parameters)))
    const besides = await logIn(socket, inbox, target)
    const { greeting, key } = await untilReady(inbox)
    return { socket, address, greeting: Buffer.concat([...besides, ...greeting]), key, rest: inbox.release() }
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    either.removeEventListener('abort', abort)
  }
}

/** The client's user and database are the wire's; the server knows others. What it asks for wins over our limits. */
function asked(target: Target, parameters: Parameters): Parameters {
  const all = new Map([...target.defaults, ...parameters])
  const limits = all.get(budgets)
  all.delete(budgets)
  if (limits !== undefined) {
    const options = [limits, all.get('options') ?? Buffer.alloc(0)]
    all.set('options', Buffer.concat([...options.flatMap((part) => [part, Buffer.from(' ')])]))
  }
  return all.set('user', Buffer.from(target.user)).set('database', Buffer.from(target.database))
}

async function untilReady(
  inbox: Inbox,
): Promise<{ readonly greeting: Buffer[]; readonly key: Buffer | undefined }> {
  const greeting: Buffer[] = []
  let key: Buffer | undefined
  for (;;) {
    const message = await inbox.message()
    if (message.type === 'E') throw new ServerError(message.body, message.bytes)
    greeting.push(message.bytes)
    if (message.type === 'K') key = message.body
    if (message.type === 'Z') return { greeting, key }
  }
}
