import type { Client } from 'pg'
import type { Database, DatabaseIdentity } from '../database.ts'
import { loadDriver, unreachable } from './connect.ts'

const connectTimeoutMs = 5_000

/** PostgreSQL through the app's own `pg`, or ours beside it. */
export class PostgresDatabase implements Database {
  readonly #client: Client

  private constructor(client: Client) {
    this.#client = client
  }

  static async connect(url: string): Promise<PostgresDatabase> {
    const { default: pg } = await loadDriver()
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: connectTimeoutMs,
      application_name: 'purser',
    })
    client.on('error', () => {}) // a cut connection fails the query that waits on it
    try {
      await client.connect()
    } catch (error) {
      throw unreachable(url, error)
    }
    return new PostgresDatabase(client)
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
