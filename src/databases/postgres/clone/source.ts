import { createHash } from 'node:crypto'
import type { Client } from 'pg'
import type { ClonePlace } from '../../clone.ts'
import { connect } from '../connect.ts'
import type { FingerprintScope } from '../fingerprint/scope.ts'
import { type CloneFacts, readFacts } from './check/facts.ts'

/**
 * The database that is cloned, in one transaction that only reads. A dump shares its snapshot, so that facts, schema and
 * rows are of one moment.
 */
export class Source implements AsyncDisposable {
  readonly url: string
  readonly client: Client
  readonly facts: CloneFacts
  readonly readAt: string
  /** Whether it is a replica, which has no rows of unlogged tables. */
  readonly isReplica: boolean
  readonly dial: NonNullable<ClonePlace['production']>['dial']

  private constructor(place: Pick<Source, 'url' | 'dial' | 'isReplica'>, client: Client, facts: CloneFacts) {
    this.url = place.url
    this.dial = place.dial
    this.isReplica = place.isReplica
    this.client = client
    this.facts = facts
    this.readAt = new Date().toISOString()
  }

  /** Throws `DATABASE_UNREACHABLE`. */
  static async open(
    place: { readonly url: string; readonly dial?: Source['dial'] },
    scope: FingerprintScope,
  ): Promise<Source> {
    const client = await connect(place.url, place.dial, { answerWithinMs: 0, name: 'purser clones' })
    try {
      await client.query('begin isolation level repeatable read, read only')
      const facts = await readFacts(client, scope)
      const { rows } = await client.query<{ it: boolean }>('select pg_is_in_recovery() as it')
      return new Source({ ...place, dial: place.dial, isReplica: rows[0]?.it === true }, client, facts)
    } catch (error) {
      await client.end().catch(() => {})
      throw error
    }
  }

  /** A snapshot that others may take for as long as this source is open. */
  async exportSnapshot(): Promise<string> {
    await this.client.query('set local idle_in_transaction_session_timeout = 0')
    const { rows } = await this.client.query<{ id: string }>('select pg_export_snapshot() as id')
    return rows[0]?.id ?? ''
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.query('rollback').catch(() => {}) // a pooler keeps the connection
    await this.client.end().catch(() => {})
  }
}

/** Which database a copy is of, in short: several projects may have their clones on one server. */
export function sourceOf({ identity: { system, address, databaseOid } }: CloneFacts): string {
  return digest([system ?? address, databaseOid])
}

/** What a golden copy is made from, in short: another digest, another golden copy. */
export function digestOf(
  { identity, fingerprint }: CloneFacts,
  mask: object,
  scope: FingerprintScope,
): string {
  const { system, address, databaseOid } = identity
  return digest([system, address, databaseOid, fingerprint.digest, mask, scope])
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
