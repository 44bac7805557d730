import { once } from 'node:events'
import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { freePort } from '../../examples/atlas/dev/port.ts'
import { type Message, readMessages } from './postgres-proxy/messages.ts'
import { Requests } from './postgres-proxy/requests.ts'

/** What is done with a request before it is passed on, or with its reply. */
export type Verdict =
  | 'pass'
  /** It is not passed on, and both connections are cut. */
  | 'cut'
  /** The server gets it, and nobody its reply. */
  | 'pass and cut'

/** A named point in what goes by. */
export interface Point {
  readonly when: 'before request' | 'before reply'
  /** Finds the request, in the name of its statement and its text. */
  readonly of: RegExp
}

/** Who is at the other end. */
export interface Passing {
  readonly clientPort: number
  readonly proxyPort: number
}

export interface Armed extends Disposable {
  /** Resolves once it has been met, and what was to be done there has. */
  readonly met: Promise<void>
}

/** Stands before a PostgreSQL and can act, once each, where it sees a request or its reply go by. */
export interface PostgresProxy extends AsyncDisposable {
  readonly port: number
  arm(point: Point, act: (passing: Passing) => Verdict | Promise<Verdict>): Armed
  /** Cuts every connection there is. */
  cutAll(): void
}

interface Trap {
  readonly point: Point
  readonly spring: (passing: Passing) => Promise<Verdict>
}

/** Starts one before a server on this port of this machine, without TLS. */
export async function startPostgresProxy(serverPort: number): Promise<PostgresProxy> {
  const traps = new Set<Trap>()
  const clients = new Set<Socket>()
  const port = await freePort()
  const server: Server = createServer((client) => {
    clients.add(client)
    client.once('close', () => clients.delete(client))
    new Link(client, dial(serverPort, '127.0.0.1'), traps).run()
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const cutAll = () => {
    for (const client of clients) client.destroy()
  }
  return {
    port,
    cutAll,
    arm(point, act) {
      const { promise: met, resolve, reject } = Promise.withResolvers<void>()
      met.catch(() => {})
      const spring = async (passing: Passing) => {
        traps.delete(trap)
        try {
          const verdict = await act(passing)
          resolve()
          return verdict
        } catch (error) {
          reject(error)
          return 'cut'
        }
      }
      const trap: Trap = { point, spring }
      traps.add(trap)
      return { met, [Symbol.dispose]: () => void traps.delete(trap) }
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      cutAll()
      await closed
    },
  }
}

/** One client, and its connection to the server. */
class Link {
  readonly #client: Socket
  readonly #server: Socket
  readonly #traps: ReadonlySet<Trap>
  readonly #requests = new Requests()
  readonly #passing: Passing
  /** Requests that were passed on and not answered: how their replies are met. */
  readonly #unanswered: (Trap | undefined)[] = []

  constructor(client: Socket, server: Socket, traps: ReadonlySet<Trap>) {
    this.#client = client
    this.#server = server
    this.#traps = traps
    this.#passing = { clientPort: client.remotePort ?? 0, proxyPort: client.localPort ?? 0 }
    // What was sent before one side went away still arrives: a COMMIT does.
    for (const socket of [client, server]) socket.setNoDelay()
    client.on('error', () => {}).once('close', () => server.end())
    server.on('error', () => {}).once('close', () => client.destroy())
  }

  run(): void {
    void this.#passRequests().catch(() => this.#cut())
    void this.#passReplies().catch(() => this.#cut())
  }

  async #passRequests(): Promise<void> {
    let held: Buffer[] = []
    for await (const message of readMessages(this.#client, { isFirstUntyped: true })) {
      held.push(message.bytes)
      const request = this.#requests.read(message)
      if (request === 'more') continue
      const bytes = Buffer.concat(held)
      held = []
      if (request === 'not one') this.#server.write(bytes)
      else await this.#passRequest(request, bytes)
    }
  }

  async #passRequest(request: string, bytes: Buffer): Promise<void> {
    const verdict = await this.#find('before request', request)?.spring(this.#passing)
    if (verdict === 'cut') return this.#cut()
    this.#unanswered.push(this.#find('before reply', request))
    this.#server.write(bytes)
    if (verdict === 'pass and cut') {
      this.#server.end()
      this.#client.destroy()
    }
  }

  async #passReplies(): Promise<void> {
    let held: Buffer[] = []
    for await (const message of readMessages(this.#server)) {
      held.push(message.bytes)
      const trap = this.#unanswered[0]
      if (trap !== undefined && !isReady(message)) continue
      if (isReady(message)) this.#unanswered.shift()
      const verdict = trap === undefined ? 'pass' : await trap.spring(this.#passing)
      if (verdict !== 'pass') return this.#cut()
      this.#client.write(Buffer.concat(held))
      held = []
    }
  }

  #find(when: Point['when'], request: string): Trap | undefined {
    return [...this.#traps].find(({ point }) => point.when === when && point.of.test(request))
  }

  #cut(): void {
    this.#client.destroy()
    this.#server.destroy()
  }
}

function isReady({ type }: Message): boolean {
  return type === 'Z'
}
