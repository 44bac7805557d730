import { setTimeout as sleep } from 'node:timers/promises'
import { ServerError } from '../protocol/server-error.ts'
import { text } from '../protocol/write.ts'
import type { Side } from '../side/side.ts'
import { ask } from './ask.ts'
import type { Conversation } from './conversation.ts'
import type { Kind } from './statements/kind.ts'

/** How often a statement that waited for a lock in vain is tried again, and after how many milliseconds. */
const pausesMs = [100, 300, 900]

const gaveUp = '55P03'

const invalidQuery = `
select format('%I.%I', n.nspname, c.relname) as name
  from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
 where not i.indisvalid and c.relkind = 'i'`

/**
 * What it takes to try a statement again that gave up waiting for a lock: what its transaction was told before it, as long
 * as no work was done in it, and which indexes were invalid before.
 */
export class Patience {
  readonly #conversation: Conversation
  readonly #side: Side
  #prelude: string[] | undefined
  #tries = 0

  constructor(conversation: Conversation, side: Side) {
    this.#conversation = conversation
    this.#side = side
  }

  /** A transaction begins by this statement. */
  begin(sql: string): void {
    this.#prelude = [sql]
    this.#tries = 0
  }

  /** A statement has succeeded in it that changes nothing but how the next ones work. */
  prepare(sql: string): void {
    this.#prelude?.push(sql)
  }

  /** One of those by which a transaction begins, or is prepared. */
  hear(kind: Kind, sql: string): void {
    if (kind === 'begin') this.begin(sql)
    else this.prepare(sql)
  }

  /** Work was done, or it is over: nothing can be tried again. */
  end(): void {
    this.#prelude = undefined
    this.#tries = 0
  }

  /** Whether to try again: it has slept before, then. */
  async sleeps(failure: Buffer | undefined): Promise<boolean> {
    const pauseMs = pausesMs[this.#tries]
    if (failure === undefined || pauseMs === undefined || !isGivenUp(failure)) return false
    this.#tries += 1
    await sleep(pauseMs)
    return true
  }

  get canBeginAnew(): boolean {
    return this.#prelude !== undefined
  }

  /** Begins the transaction again, after it was rolled back. Gives back whether it is as it was. */
  async beginAnew(): Promise<boolean> {
    for (const sql of this.#prelude ?? []) await this.#say(Buffer.from(`${sql}\0`, 'latin1'))
    return this.#conversation.status === 'in transaction'
  }

  async invalidIndexes(): Promise<readonly string[]> {
    const rows = await this.#side.query('purser invalid', invalidQuery, [])
    return rows.map(({ name }) => String(name))
  }

  /**
   * An index whose build failed stays, and `IF NOT EXISTS` would take it for the real one. Gives back whether none is left:
   * to drop it, the server waits for locks as well.
   */
  async dropFailed(before: readonly string[]): Promise<boolean> {
    for (const pauseMs of [0, ...pausesMs]) {
      await sleep(pauseMs)
      const failed = (await this.invalidIndexes()).filter((name) => !before.includes(name))
      if (failed.length === 0) return true
      for (const name of failed) await this.#say(text(`drop index concurrently if exists ${name}`))
    }
    return (await this.invalidIndexes()).every((name) => before.includes(name))
  }

  /** What fails is seen by what has become of it. The client's unnamed statement is spared. */
  async #say(sql: Buffer): Promise<void> {
    await ask(this.#conversation, sql, 'sync').catch(() => {})
  }
}

/** Whether this is the server's word that something waited for a lock in vain. */
export function isGivenUp(failure: Buffer): boolean {
  return new ServerError(failure.subarray(5), failure).state === gaveUp
}
