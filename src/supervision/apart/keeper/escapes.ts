import type { InventedAddresses } from '../invented-addresses.ts'
import { showEnd } from '../sockets.ts'

/** What the twin tried to reach beside its wire, each told once, by name where it was looked up by name. */
export class Escapes {
  readonly #invented: InventedAddresses
  readonly #tell: (to: string) => void
  readonly #told = new Set<string>()
  readonly #named = new Set<string>()

  constructor(invented: InventedAddresses, tell: (to: string) => void) {
    this.#invented = invented
    this.#tell = tell
  }

  /** `sort` is that of a port that is not of TCP. */
  toPort(host: string, port: number, sort: '' | '/udp' = ''): void {
    this.#named.add(host)
    this.to(`${showEnd({ host: this.#invented.nameOf(host) ?? host, port })}${sort}`)
  }

  /** To an address by who knows what: a datagram that nobody connected, a ping. */
  toAddress(host: string): void {
    if (!this.#named.has(host)) this.to(this.#invented.nameOf(host) ?? host)
  }

  to(what: string): void {
    if (this.#told.has(what)) return
    this.#told.add(what)
    this.#tell(what)
  }
}
