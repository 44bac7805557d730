import type { Reference } from '../environment/reference.ts'

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
}

/** A database as the configuration names it. */
export interface DatabaseWiring {
  readonly kind: string
  /** Where its URL is. */
  readonly url: Reference
  readonly problems: readonly { readonly path: string; readonly message: string }[]
  /** Connects. Throws `DATABASE_UNREACHABLE`; the URL is in no message. */
  open(url: string): Promise<Database>
}
