import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { connect } from '../connect.ts'

/** Advisory locks of ours have this for their first number. */
const leaseClass = 5_260_108

const betweenTriesMs = 500

/**
 * Holds a name for as long as this process lives: a lock of a session, which the server lets go when the session ends,
 * however it ends. Everybody sees it in `pg_locks`, from any database of the server.
 */
export class Lease implements AsyncDisposable {
  readonly #url: string
  readonly #name: string
  #client: Client | undefined
  #isOver = false

  private constructor(url: string, name: string) {
    this.#url = url
    this.#name = name
  }

  /** Waits for whoever holds it. */
  static async take(url: string, name: string, signal?: AbortSignal): Promise<Lease> {
    const lease = new Lease(url, name)
    const stop = () => void lease[Symbol.asyncDispose]()
    signal?.addEventListener('abort', stop, { once: true })
    try {
      await lease.#take()
      return lease
    } finally {
      signal?.removeEventListener('abort', stop)
      signal?.throwIfAborted()
    }
  }

  async #take(): Promise<void> {
    const client = await connect(this.#url, undefined, { answerWithinMs: 0, name: 'purser clone lease' })
    client.once('end', () => void this.#takeAgain())
    this.#client = client
    await client.query('set statement_timeout = 0')
    await client.query('set lock_timeout = 0')
    await client.query('set idle_session_timeout = 0').catch(() => {}) // 14 and newer know it
    await client.query('select pg_advisory_lock($1, hashtext($2))', [leaseClass, this.#name])
  }

  // A connection that was cut is no death: whoever sweeps in between would take the clone from under its owner.
  async #takeAgain(): Promise<void> {
    while (!this.#isOver) {
      const isTaken = await this.#take().then(
        () => true,
        () => false,
      )
      if (isTaken) return
      await sleep(betweenTriesMs, undefined, { ref: false })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    await this.#client?.end().catch(() => {})
  }
}

/** Whether somebody alive holds this name, as a condition of SQL. */
export function isLeased(name: string): string {
  return `exists (select from pg_locks l where l.locktype = 'advisory' and l.objsubid = 2
    and l.classid = ${leaseClass}::oid and l.objid = (hashtext(${name})::int8 & 4294967295)::oid)`
}
