import { once } from 'node:events'
import pg from 'pg'
import type { Work } from './work.ts'

/**
 * The table that every side works on. A side raises every counter by one, so that the next may go on where it ended:
 * the rows are written once a side, and not once more to make them 0 again.
 */
export class CountedTable implements AsyncDisposable {
  readonly rows: number
  readonly #client: pg.Client
  #level = 0

  private constructor(client: pg.Client, rows: number) {
    this.#client = client
    this.rows = rows
  }

  static async make(url: string, rows: number): Promise<CountedTable> {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    // Half of each page is free, so that a row's next version is on the same page and no index is written.
    await client.query(`
      create table counted (id bigint primary key, applied int not null default 0, touched int not null default 0, pad text)
      with (fillfactor = 50, autovacuum_enabled = off)`)
    await client.query(
      `insert into counted select n, 0, 0, repeat('x', 60) from generate_series(1, $1::bigint) as n`,
      [rows],
    )
    await client.query('vacuum (analyze) counted')
    return new CountedTable(client, rows)
  }

  /** Every side begins with clean pages, and nobody's writing to the disk ahead of it. */
  async calm(): Promise<void> {
    await this.#client.query('vacuum counted')
    await this.#client.query('checkpoint')
  }

  /** How many rows were not raised exactly once by this work. All rows are alike again afterwards. */
  async check({ rows }: Work): Promise<number> {
    const { rows: found } = await this.#client.query<{ wrong: number }>(
      'select count(*)::int as wrong from counted where applied <> $1::int + (id <= $2::bigint)::int',
      [this.#level, rows],
    )
    const wrong = found[0]?.wrong ?? Number.NaN
    if (wrong === 0 && rows === this.rows) this.#level += 1
    else await this.#client.query('update counted set applied = $1 where applied <> $1', [this.#level])
    return wrong
  }

  async query(text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return (await this.#client.query(text)).rows
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.end()
    await once(this.#client, 'end')
  }
}
