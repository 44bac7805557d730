/** What a database is, as it says itself. */
export interface DatabaseIdentity {
  readonly product: string
  readonly version: string
  readonly database: string
  readonly user: string
  /** Address and port of the server, as the server sees them; empty over a socket. */
  readonly server: string
  /** What tells this cluster from another, such as PostgreSQL's system identifier; unseen without the right. */
  readonly cluster: string | undefined
}

/** A database of an environment. Cloning and the wire come with their own issues. */
export interface Database extends AsyncDisposable {
  identity(signal: AbortSignal): Promise<DatabaseIdentity>
}
