import { once } from 'node:events'
import type { Server } from 'node:net'
import { PurserError } from '../../../core/errors.ts'
import type { Door } from './serve.ts'
import { cancel } from './server-leg/cancel.ts'
import type { ServerSession } from './server-leg/open-session.ts'
import type { Target } from './target/target.ts'

// A machine that is busy takes its time to end a process, and to take back what that did.
const withinMs = 15_000
const askAgainMs = 250

/**
 * Cuts everybody off, and cancels what the server does for them: else it might end up committed. Waits until the server
 * has closed its side of every session, by which it says that the session's process is over.
 */
export async function close(server: Server, { sessions, side, target, onError }: Door): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  const { open } = sessions
  for (const client of sessions.clients) client.destroy()
  await Promise.all(
    open.map(async (session) => {
      if (!(await isOver(session, target))) onError(left(session, target))
    }),
  )
  await closed
  await side[Symbol.asyncDispose]()
}

async function isOver({ socket, address, key }: ServerSession, target: Target): Promise<boolean> {
  const over = new Promise<boolean>((resolve) => {
    socket.once('end', () => resolve(true))
    socket.once('close', () => resolve(socket.readableEnded))
  })
  const late = setTimeout(() => socket.destroy(), withinMs)
  const ask = async () => {
    if (key !== undefined) await cancel(target, address, key).catch(() => {})
  }
  await ask()
  // What it was sent and had not begun when it was asked goes on all the same.
  const again = setInterval(() => void ask(), askAgainMs)
  const isSaid = socket.readableEnded || (await over)
  clearInterval(again)
  clearTimeout(late)
  return isSaid
}

function left({ key }: ServerSession, { where }: Target): PurserError {
  const pid = key?.readInt32BE(0)
  return new PurserError('WIRE_SESSION_LEFT', {
    message: `A session that went through the wire to ${where} did not end within ${withinMs / 1_000} s (process ${pid}).`,
    remedy: `Look for it in pg_stat_activity. What it does may still be committed; \`select pg_terminate_backend(${pid})\` ends it.`,
  })
}
