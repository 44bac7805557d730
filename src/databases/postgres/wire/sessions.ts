import type { Socket } from 'node:net'
import type { ServerSession } from './server-leg/open-session.ts'

/** Who is connected, and which keys were handed out to them. */
export class Sessions {
  readonly #clients = new Set<Socket>()
  readonly #byKey = new Map<string, ServerSession>()

  welcome(client: Socket): void {
    this.#clients.add(client)
    client.once('close', () => this.#clients.delete(client))
  }

  /** Until the server has closed it: to cancel what is over does no harm. */
  add(session: ServerSession): void {
    const { key, socket } = session
    if (key === undefined) return
    const name = key.toString('hex')
    this.#byKey.set(name, session)
    socket.once('close', () => this.#byKey.delete(name))
  }

  /** `undefined` for a key that nobody here was given. */
  withKey(key: Buffer): ServerSession | undefined {
    return this.#byKey.get(key.toString('hex'))
  }

  get open(): readonly ServerSession[] {
    return [...this.#byKey.values()]
  }

  get clients(): readonly Socket[] {
    return [...this.#clients]
  }
}
