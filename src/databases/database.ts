import type { Duplex } from 'node:stream'
import type { Reference } from '../environment/reference.ts'
import type { Facts } from '../environment/release.ts'
import type { CloneWiring } from './clone.ts'
import type { Inspector } from './inspector.ts'
import type { BatchDesk } from './slice-ledger.ts'
import type { Wire, WireOptions } from './wire.ts'

/** What a database is, as it says itself. */
export interface DatabaseIdentity {
  readonly product: string
  readonly version: string
  readonly database: string
  readonly user: string
  /** Address and port of the server, as the server sees them; empty over a socket. */
  readonly server: string
}

/** A database of an environment. Cloning and the wire have their places here. */
export interface Database extends AsyncDisposable {
  identity(): Promise<DatabaseIdentity>
  readonly batches: BatchDesk
}

/** A database as the configuration names it. */
export interface DatabaseWiring {
  readonly kind: string
  /** Where its URL is. */
  readonly url: Reference
  readonly problems: readonly { readonly path: string; readonly message: string }[]
  /** How it is cloned, where the configuration says. */
  readonly clones?: CloneWiring
  /** Connects, through `dial` where it is given. Throws `DATABASE_UNREACHABLE`; the URL is in no message. */
  open(url: string, dial?: Dial): Promise<Database>
  /**
   * What a connection with this URL is told, in one short connection through `dial`: facts by their kinds' ids. What
   * can't be seen is unseen; the URL is in no fact.
   */
  observe(url: string, dial: Dial): Promise<Facts>
  /** Looks into it, on connections of its own through `dial`. Throws `DATABASE_UNREACHABLE`. */
  inspect(url: string, dial?: Dial): Promise<Inspector>
  /** Opens a wire to it. Throws `DATABASE_UNREACHABLE`, `WIRE_POOLER`. */
  wire(url: string, options: WireOptions): Promise<Wire>
}

/** Opens a connection to an address from wherever it is meant to start. */
export type Dial = (host: string, port: number) => Promise<Duplex>
