import type { Client, QueryConfig, QueryResult } from 'pg'
import { connect } from '../connect.ts'
import { markCut, sqlStateOf } from '../sql-state.ts'

/** One connection that is opened again when it was cut. What was under way on it then failed. */
export class Session implements AsyncDisposable {
  readonly #open: () => Promise<Client>
  readonly #prepare: (client: Client) => Promise<void>
  #client: Promise<Client> | undefined

  constructor(
    url: string,
    prepare: (client: Client) => Promise<void> = async () => {},
    name = 'purser batch',
  ) {
    this.#open = () => connect(url, undefined, { answerWithinMs: 0, name })
    this.#prepare = prepare
  }

  /** The connection as it is now, or a new one. Throws `DATABASE_UNREACHABLE`. */
  client(): Promise<Client> {
    this.#client ??= this.#connect()
    return this.#client
  }

  async query<R extends object>(config: QueryConfig): Promise<QueryResult<R & Record<string, unknown>>> {
    const client = await this.client()
    try {
      return await client.query(config)
    } catch (error) {
      if (sqlStateOf(error) === undefined) {
        markCut(error)
        await this.drop()
      }
      throw error
    }
  }

  /** Forgets the connection: the next query has a new one. */
  async drop(): Promise<void> {
    const client = await this.#client?.catch(() => undefined)
    this.#client = undefined
    await client?.end().catch(() => {})
  }

  async #connect(): Promise<Client> {
    try {
      const client = await this.#open()
      client.once('end', () => {
        this.#client = undefined
      })
      await this.#prepare(client)
      return client
    } catch (error) {
      this.#client = undefined
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drop()
  }
}
