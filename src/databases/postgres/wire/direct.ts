import { randomBytes } from 'node:crypto'
import { PurserError } from '../../../core/errors.ts'
import { terminate } from './protocol/codes.ts'
import { Inbox } from './protocol/inbox.ts'
import { ServerError } from './protocol/server-error.ts'
import { message, text } from './protocol/write.ts'
import { openServerSession, type ServerSession } from './server-leg/open-session.ts'
import type { Target } from './target/target.ts'
import { unreachable } from './unreachable.ts'

/**
 * Whether sessions are the server's own. A mark that is set with a session's start is there in that session, and in no
 * other; a pooler refuses it, drops it, or hands out a session that has the mark of somebody before. Throws
 * `WIRE_POOLER`. Process ids alone don't tell: proxies that give each client a server's session of its own change them too.
 */
export async function requireDirect(target: Target): Promise<void> {
  for (const _time of ['first', 'again']) {
    const found = await lookForPooler(target)
    if (found !== undefined) throw pooler(target, found)
  }
}

async function lookForPooler(target: Target): Promise<string | undefined> {
  const mark = randomBytes(8).toString('hex')
  const own = target.defaults.get('options')?.toString() ?? ''
  const parameters = new Map([['options', Buffer.from(`${own} -c purser.mark=${mark}`.trim())]])
  let session: ServerSession
  try {
    session = await openServerSession(target, { parameters })
  } catch (error) {
    // Sessions without a mark open: it was tried before.
    if (error instanceof ServerError)
      return `it refuses what a server takes at a session's start ("${error.message}")`
    throw unreachable(target, error)
  }
  const seen = await ask(session, "select coalesce(current_setting('purser.mark', true), '')")
  return seen === mark ? undefined : 'a session does not have what it was started with'
}

/** The one value that a statement gives. Ends the session. */
async function ask({ socket }: ServerSession, statement: string): Promise<string | undefined> {
  const inbox = new Inbox(socket)
  try {
    socket.write(message('Q', text(statement)))
    let value: string | undefined
    for (;;) {
      const { type, body } = await inbox.message()
      if (type === 'D') value = body.toString('utf8', 6) // a count of columns, a length, the text
      if (type === 'Z') return value
    }
  } finally {
    socket.end(terminate)
    socket.resume()
    inbox.release()
  }
}

function pooler({ where }: Target, found: string): PurserError {
  return new PurserError('WIRE_POOLER', {
    message: `Between here and PostgreSQL at ${where} there is a pooler: ${found}.`,
    remedy:
      'Name a URL that leads to the server itself. Locks and row counts seen through a pooler may be those of another session.',
  })
}
