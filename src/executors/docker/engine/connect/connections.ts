import { Agent } from 'node:http'
import { connect, isIP, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Located, Variables } from '../locate/locate.ts'
import { SshConnection } from './ssh-connection.ts'

const connectWithinMs = 10_000
const idleForMs = 30_000

/** Keeps connections to the engine open from one request to the next, and for a while after. */
export class Connections extends Agent {
  readonly #open: () => Duplex

  private constructor(open: () => Duplex) {
    super({ keepAlive: true, timeout: idleForMs })
    this.#open = open
  }

  static async to({ address, tls }: Located, variables: Variables): Promise<Connections> {
    if (address.kind === 'ssh') return new Connections(() => new SshConnection(address, variables))
    if (address.kind === 'unix')
      return new Connections(() => inTime(connect({ path: address.path }), 'connect'))
    const { host, port } = address
    if (!address.tls) return new Connections(() => inTime(connect({ host, port }), 'connect'))
    const { connect: connectSecurely } = await import('node:tls')
    const { verify = true, ...files } = tls ?? {}
    const options = {
      host,
      port,
      ...files,
      rejectUnauthorized: verify,
      ...(!isIP(host) && { servername: host }),
    }
    return new Connections(() => inTime(connectSecurely(options), 'secureConnect'))
  }

  override createConnection(): Duplex {
    return this.#open()
  }
}

function inTime<S extends Socket>(socket: S, ready: 'connect' | 'secureConnect'): S {
  const late = setTimeout(() => socket.destroy(new ConnectTimeout()), connectWithinMs)
  const stop = () => clearTimeout(late)
  socket.once(ready, stop)
  socket.once('close', stop)
  return socket
}

class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT'
  constructor() {
    super(`no connection within ${connectWithinMs / 1_000} s`)
  }
}
