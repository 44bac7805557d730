import type { Duplex } from 'node:stream'
import type { Client } from 'pg'
import { connect } from '../../connect.ts'
import { type Before, beforeQuery, readBefore } from './before-query.ts'

const answerWithinMs = 20_000

// It is asked the same again and again: planning that anew takes longer than the answer. Catalogs that are small then, and
// would be read from end to end, grow. What it waits for is bounded by lock_timeout; the rest is a machine that is busy.
const settings = `
  set search_path = pg_catalog; set plan_cache_mode = force_generic_plan; set enable_seqscan = off;
  set statement_timeout = ${answerWithinMs - 1_000}; set lock_timeout = 1000`

type Dial = (host: string, port: number) => Promise<Duplex>

/**
 * A connection beside those that the wire carries, for what these can't tell: what was before their transactions. It reads
 * `pg_locks` and catalogs, and never waits for anybody for long. Opened when it is first needed.
 */
export class Side implements AsyncDisposable {
  readonly #url: string
  readonly #dial: Dial | undefined
  #client: Promise<Client> | undefined

  constructor(url: string, dial: Dial | undefined) {
    this.#url = url
    this.#dial = dial
  }

  /** What of these relations and files is there for others. Throws `DATABASE_UNREACHABLE`, and what the server says. */
  async before(oids: readonly number[], storages: readonly string[]): Promise<Before> {
    const spaces = storages.map((storage) => storage.split('/', 1)[0])
    const files = storages.map((storage) => storage.split('/', 2)[1])
    const [row] = await this.query('purser before', beforeQuery, [oids, spaces, files])
    return readBefore(row)
  }

  async query(name: string, text: string, values: readonly unknown[]): Promise<Record<string, unknown>[]> {
    this.#client ??= this.#open()
    const client = await this.#client
    const { rows } = await client.query<Record<string, unknown>>({ name, text, values: [...values] })
    return rows
  }

  async #open(): Promise<Client> {
    const opening = connect(this.#url, this.#dial, { name: 'purser wire', answerWithinMs })
    opening.then(
      (client) => client.once('end', () => this.#forget()),
      () => this.#forget(),
    )
    const client = await opening
    await client.query(settings)
    return client
  }

  #forget(): void {
    this.#client = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const client = await this.#client?.catch(() => undefined)
    await client?.end().catch(() => {})
  }
}
