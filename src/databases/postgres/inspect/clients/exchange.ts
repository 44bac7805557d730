import type { Client, Connection, Submittable } from 'pg'

/** How one exchange of messages with the server went. */
export type ExchangeEnd =
  | { readonly rows: number }
  | { readonly sqlState: string; readonly constraint?: string }

/**
 * Sends messages of the extended protocol, up to a Sync, and counts the rows that come without keeping them. `pg` has no
 * call of its own for a portal that is left after some rows.
 */
export function exchange(client: Client, send: (connection: Connection) => void): Promise<ExchangeEnd> {
  return new Promise((resolve) => {
    client.query(new Exchange(send, resolve))
  })
}

/** The handlers are those that `pg` calls on every query of its queue. */
class Exchange implements Submittable {
  readonly #send: (connection: Connection) => void
  readonly #resolve: (end: ExchangeEnd) => void
  #rows = 0

  constructor(send: (connection: Connection) => void, resolve: (end: ExchangeEnd) => void) {
    this.#send = send
    this.#resolve = resolve
  }

  submit(connection: Connection): void {
    this.#send(connection)
    connection.sync()
  }

  handleRowDescription(): void {}

  handleDataRow(): void {
    this.#rows += 1
  }

  handlePortalSuspended(): void {}

  handleEmptyQuery(): void {}

  /** A statement that returns no rows tells how many it changed: `UPDATE 3`. */
  handleCommandComplete(message: { readonly text: string }): void {
    this.#rows = Math.max(this.#rows, Number(/ (\d+)$/.exec(message.text)?.[1] ?? 0))
  }

  handleReadyForQuery(): void {
    this.#resolve({ rows: this.#rows })
  }

  /** Of the server, with an SQLSTATE, or of the connection. */
  handleError(error: Error): void {
    const code = 'code' in error ? String(error.code) : ''
    const constraint = 'constraint' in error ? error.constraint : undefined
    this.#resolve({
      sqlState: /^[0-9A-Z]{5}$/.test(code) ? code : '08006',
      ...(typeof constraint === 'string' ? { constraint } : {}),
    })
  }
}
