import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { PurserError, reasonOf } from '../../../core/errors.ts'
import type { Tap } from '../../wire.ts'
import type { Beginning } from './observed/beginning.ts'
import { carryObserved } from './observed/carry-observed.ts'
import { Garbled, HungUp, Inbox } from './protocol/inbox.ts'
import { ServerError } from './protocol/server-error.ts'
import { fatal, type Parameters } from './protocol/write.ts'
import { type Carry, carryBytes, relay } from './relay.ts'
import type { Verifier } from './scram/server.ts'
import { cancel } from './server-leg/cancel.ts'
import { openServerSession, type ServerSession } from './server-leg/open-session.ts'
import type { Sessions } from './sessions.ts'
import type { Side } from './side/side.ts'
import type { Target } from './target/target.ts'
import { checkPassword } from './task-leg/check-password.ts'
import { checkStart } from './task-leg/check-start.ts'
import { greet } from './task-leg/greet.ts'
import { Refused } from './task-leg/refused.ts'
import { unreachable } from './unreachable.ts'

/** What all clients of a wire have in common. */
export interface Door {
  readonly target: Target
  readonly user: string
  readonly verifier: Verifier
  readonly sessions: Sessions
  readonly tap: Tap | undefined
  readonly beginning: Beginning
  readonly side: Side
  readonly isEnforced: boolean
  /** Statements that gave up waiting for a lock are tried again. */
  readonly isPatient: boolean
  /** How long a client may take until it has logged in, in milliseconds. */
  readonly clientWithinMs: number
  readonly onError: (error: PurserError) => void
}

/** Serves one connection to its end. It throws nothing: what goes wrong is told to the client and to `onError`. */
export async function serve(client: Socket, door: Door): Promise<void> {
  door.sessions.welcome(client)
  client.on('error', () => {}) // its close is heard
  const inbox = new Inbox(client)
  try {
    const asked = await letIn(client, inbox, door)
    if ('cancel' in asked) await passCancelOn(asked.cancel, door)
    else await open(client, inbox, asked, door)
  } catch (error) {
    turnAway(client, error, door)
  } finally {
    if (!client.destroyed) client.destroySoon()
  }
}

type Asked = { readonly cancel: Buffer } | { readonly version: number; readonly parameters: Parameters }

async function letIn(client: Socket, inbox: Inbox, door: Door): Promise<Asked> {
  let isLate = false
  const deadline = setTimeout(() => {
    isLate = true
    client.end(fatal({ state: '08P01', message: tooSlow })).destroySoon()
  }, door.clientWithinMs)
  try {
    const first = await greet(client, inbox)
    if (first.kind === 'cancel') return { cancel: first.key }
    const parameters = checkStart(first, { user: door.user, databases: door.target.databaseNames })
    await checkPassword(client, inbox, door.verifier)
    return { version: first.version, parameters }
  } catch (error) {
    throw isLate ? new Refused('08P01', tooSlow) : error
  } finally {
    clearTimeout(deadline)
  }
}

const tooSlow = 'The client did not log in in time.'

/** The client's connection stays open until the server has taken it: clients wait for that. */
async function passCancelOn(key: Buffer, { sessions, target }: Door): Promise<void> {
  const session = sessions.withKey(key)
  if (session !== undefined) await cancel(target, session.address, key)
}

async function open(
  client: Socket,
  inbox: Inbox,
  ask: Exclude<Asked, { cancel: Buffer }>,
  door: Door,
): Promise<void> {
  const gone = new AbortController()
  const leave = () => gone.abort()
  client.once('close', leave)
  const session = await openServerSession(door.target, ask, gone.signal)
  client.off('close', leave)
  door.sessions.add(session)
  client.write(session.greeting)
  const ends = { client, server: session.socket, fromClient: inbox.release(), fromServer: session.rest }
  await relay(ends, carryFor(client, session, door), () => void abandon(session, door))
}

function carryFor(client: Socket, session: ServerSession, door: Door): Carry {
  const { tap, beginning, isEnforced, isPatient, side, onError } = door
  if (tap === undefined) return carryBytes
  const pid = session.key?.readInt32BE(0)
  const name = String(pid ?? randomBytes(4).toString('hex'))
  const watching = {
    tap,
    beginning,
    isEnforced,
    isPatient,
    side,
    pid,
    session: name,
    greeting: session.greeting,
  }
  return carryObserved(watching, (error) => {
    const told = error instanceof PurserError ? error : lostTrack(error)
    onError(told)
    client.write(fatal({ state: 'PU001', message: told.message, hint: told.remedy }))
    client.destroySoon()
    session.socket.destroy()
  })
}

function lostTrack(error: unknown): PurserError {
  return new PurserError('WIRE_UNOBSERVED', {
    message: `The wire lost track of a session, and cut it: ${reasonOf(error)}.`,
    remedy:
      'What was not committed is rolled back. Please report it, with what the client is and what it did.',
    cause: error,
  })
}

/** What is done for a client that was killed ends; its connection was closed before. */
async function abandon({ key, address }: ServerSession, { target }: Door): Promise<void> {
  // A server that can't be reached any more has nothing to cancel, or does not hear of it.
  if (key !== undefined) await cancel(target, address, key).catch(() => {})
}

function turnAway(client: Socket, error: unknown, door: Door): void {
  if (error instanceof HungUp && client.readableEnded) return // it left by itself, as one does that has no password
  if (error instanceof Refused || error instanceof Garbled) {
    const refused =
      error instanceof Refused
        ? error
        : new Refused('08P01', `The client does not speak PostgreSQL's protocol: ${error.message}.`)
    client.write(fatal(refused.failure))
    door.onError(refusal(refused))
    return
  }
  if (client.destroyed) return
  client.write(answerOf(error, door.target))
  door.onError(unreachable(door.target, error))
}

function refusal({ failure }: Refused): PurserError {
  return new PurserError('WIRE_REFUSED', {
    message: failure.message,
    remedy: failure.hint ?? "See the client's own output.",
  })
}

/** The server's own words, unless they would be taken for a judgement on the run's password. */
function answerOf(error: unknown, target: Target): Buffer {
  if (error instanceof ServerError && !error.state.startsWith('28')) return error.bytes
  return fatal({ state: '08006', message: unreachable(target, error).message })
}
