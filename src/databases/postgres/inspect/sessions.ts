import type { Client } from 'pg'
import { PurserError } from '../../../core/errors.ts'
import type { Dial } from '../../database.ts'
import { connect } from '../connect.ts'
import { sqlStateOf } from '../sql-state.ts'
import { marker } from './sql.ts'

/** The name that the server's own lists show an inspector's sessions by. */
const inspectorName = 'purser inspector'

/**
 * What a role or a database may have set otherwise, and would make the same content look different, cut a question short,
 * or hide rows. A setting that the server does not know is left out.
 */
const pinned: Readonly<Record<string, string>> = {
  search_path: '',
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  xmlbinary: 'base64',
  row_security: 'off',
  quote_all_identifiers: 'off',
  default_transaction_read_only: 'off',
  default_transaction_isolation: 'read committed',
  lock_timeout: '0',
  transaction_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  // "any row" is the same one each time, whoever else reads the table
  synchronize_seqscans: 'off',
  // hundreds of aggregates in one statement take longer to be compiled than to be run
  jit: 'off',
}

/** Sessions with one database, each for one question at a time. */
export class Sessions implements AsyncDisposable {
  readonly #url: string
  readonly #dial: Dial | undefined
  readonly #open = new Map<Client, number | undefined>()
  readonly #idle: Client[] = []

  constructor(url: string, dial: Dial | undefined) {
    this.#url = url
    this.#dial = dial
  }

  /** One that its user ends with `end`, as the role and the database have set it. Throws `DATABASE_UNREACHABLE`. */
  async openPlain(name = inspectorName): Promise<Client> {
    const client = await connect(this.#url, this.#dial, { answerWithinMs: 0, name })
    this.#open.set(client, undefined)
    const forget = () => this.#open.delete(client)
    client.once('end', forget).once('error', forget)
    // a pooler has told another at the start
    const { rows } = await client.query<{ readonly pid: number }>(
      `select ${marker} pg_catalog.pg_backend_pid() as pid`,
    )
    if (this.#open.has(client)) this.#open.set(client, rows[0]?.pid)
    return client
  }

  /** One that its user ends with `end`, with settings that are everywhere the same. */
  async open(name = inspectorName): Promise<Client> {
    const client = await this.openPlain(name)
    // by itself, since a role's own limit may be too short for what follows
    await client.query('set statement_timeout = 0')
    await client.query(
      `select set_config(name, value, false) from json_each_text($1) as wanted(name, value)
       where lower(name) in (select lower(s.name) from pg_catalog.pg_settings s)`,
      [JSON.stringify(pinned)],
    )
    return client
  }

  /** The server's processes of all that are open. */
  get processes(): readonly number[] {
    return [...this.#open.values()].filter((pid) => pid !== undefined)
  }

  /** Lends one for a question. One whose question failed is not lent again. */
  async with<T>(ask: (client: Client) => Promise<T>): Promise<T> {
    const idle = this.#idle.pop()
    if (idle === undefined) return this.#lend(await this.open(), ask)
    try {
      return await this.#lend(idle, ask)
    } catch (error) {
      // it may have been cut while nobody used it
      if (sqlStateOf(error) !== undefined || error instanceof PurserError) throw error
      return this.#lend(await this.open(), ask)
    }
  }

  async #lend<T>(client: Client, ask: (client: Client) => Promise<T>): Promise<T> {
    try {
      const answer = await ask(client)
      if (this.#open.has(client)) this.#idle.push(client)
      return answer
    } catch (error) {
      await end(client)
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#open.keys()].map(end))
  }
}

/** The server's process behind a session, as the server told it at the start. */
export function processOf(client: Client): number | undefined {
  return (client as unknown as { readonly processID?: number }).processID
}

/** Ends a session, also one that was cut. */
export async function end(client: Client): Promise<void> {
  await client.end().catch(() => {})
}
