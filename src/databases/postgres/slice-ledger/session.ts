import type { Client, QueryConfig, QueryResult } from 'pg'
import { PurserError } from '../../../core/errors.ts'
import { connect } from '../connect.ts'
import { isStale, markCut, sqlStateOf } from '../sql-state.ts'

type Answer<R> = QueryResult<R & Record<string, unknown>>

interface SessionOptions {
  /** What the server's own lists show it as. */
  readonly name?: string
  /** After how many milliseconds an answer is given up on, and the connection with it; never unless stated. */
  readonly answerWithinMs?: number
}

/** A connection that a transaction is on. It is never opened again: what was before a cut is not there after it. */
export interface Connection {
  query<R extends object>(config: QueryConfig): Promise<Answer<R>>
}

/** One connection that is opened again when it was cut. What was under way on it then failed. */
export class Session implements AsyncDisposable, Connection {
  readonly #open: () => Promise<Client>
  readonly #prepare: (client: Client) => Promise<void>
  #client: Promise<Client> | undefined
  /** The server's process for the connection as it is now. */
  backend: number | null = null

  constructor(
    url: string,
    prepare: (client: Client) => Promise<void> = async () => {},
    { name = 'purser batch', answerWithinMs = 0 }: SessionOptions = {},
  ) {
    this.#open = () => connect(url, undefined, { answerWithinMs, name })
    this.#prepare = prepare
  }

  /** The connection as it is now, or a new one. Throws `DATABASE_UNREACHABLE`. */
  client(): Promise<Client> {
    this.#client ??= this.#connect()
    return this.#client
  }

  async query<R extends object>(config: QueryConfig): Promise<Answer<R>> {
    return this.#ask(await this.client(), config)
  }

  /** The connection as it is now, for a transaction. Throws `DATABASE_UNREACHABLE`. */
  async pin(): Promise<Connection> {
    const client = await this.client()
    return { query: (config) => this.#ask(client, config) }
  }

  /** Forgets the connection: the next query has a new one. */
  async drop(): Promise<void> {
    const client = await this.#client?.catch(() => undefined)
    if (client !== undefined) await this.#forget(client)
  }

  /** Does something on the connection itself; a cut is known as one here too. Throws `DATABASE_UNREACHABLE`. */
  async use<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return this.#guard(await this.client(), work)
  }

  #ask<R extends object>(client: Client, config: QueryConfig): Promise<Answer<R>> {
    return this.#guard(client, () => client.query(config))
  }

  async #guard<T>(client: Client, work: (client: Client) => Promise<T>): Promise<T> {
    try {
      return await work(client)
    } catch (error) {
      if (error instanceof PurserError) throw error
      if (sqlStateOf(error) === undefined || isStale(error)) {
        markCut(error)
        await this.#forget(client)
      }
      throw error
    }
  }

  /** Only this one: a client's end may be told when another one is there already. */
  async #forget(client: Client): Promise<void> {
    const current = this.#client
    if ((await current?.catch(() => undefined)) === client && this.#client === current)
      this.#client = undefined
    await client.end().catch(() => {})
  }

  async #connect(): Promise<Client> {
    try {
      const client = await this.#open()
      client.once('error', () => void this.#forget(client))
      client.once('end', () => void this.#forget(client))
      await this.#prepare(client).catch(async (error: unknown) => {
        if (sqlStateOf(error) === undefined) markCut(error)
        await client.end().catch(() => {})
        throw error
      })
      this.backend = 'processID' in client && typeof client.processID === 'number' ? client.processID : null
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
