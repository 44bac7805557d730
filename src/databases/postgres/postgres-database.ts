import type { Client } from 'pg'
import type { Database, DatabaseIdentity, Dial } from '../database.ts'
import { connect } from './connect.ts'
import { PostgresDesk } from './slice-ledger/desk.ts'

/** PostgreSQL through the app's own `pg`, or ours beside it. */
export class PostgresDatabase implements Database {
  readonly batches: PostgresDesk
  readonly #client: Client

  private constructor(client: Client) {
    this.#client = client
    this.batches = new PostgresDesk(client)
  }

  static async connect(url: string, dial?: Dial): Promise<PostgresDatabase> {
    return new PostgresDatabase(await connect(url, dial))
  }

  async identity(): Promise<DatabaseIdentity> {
    const { rows } = await this.#client.query<DatabaseIdentity>(`
      select 'PostgreSQL' as product,
             current_setting('server_version') as version,
             current_database() as database,
             current_user as "user",
             coalesce(host(inet_server_addr()) || ':' || inet_server_port(), '') as server`)
    const [identity] = rows
    if (identity === undefined) throw new TypeError('The server gave no row.')
    return identity
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end()
  }
}
