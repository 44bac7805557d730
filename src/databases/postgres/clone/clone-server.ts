import type { Client } from 'pg'
import { PurserError } from '../../../core/errors.ts'
import { connect } from '../connect.ts'
import { sqlStateOf } from '../sql-state.ts'
import { urlOf } from './addresses.ts'
import { isLeased } from './lease.ts'
import { type Marker, readMarker, writeMarker } from './marker.ts'
import { quoteName, quoteText } from './names.ts'

/**
 * No database may have so many connections and allow none: that is how one of ours is told in the moment between its
 * making and its marker, which no transaction can hold together.
 */
const unfinished = 72_433

/** A database of the clone server that may be ours. */
export interface FoundDatabase {
  readonly name: string
  readonly marker: Marker | undefined
  /** Made by us, and not marked yet. */
  readonly isUnfinished: boolean
  readonly isLeased: boolean
  readonly bytes: number | undefined
}

/** The server on which clones are made, by a connection to some database of it. */
export class CloneServer implements AsyncDisposable {
  readonly url: string
  readonly client: Client
  readonly version: number

  private constructor(url: string, client: Client, version: number) {
    this.url = url
    this.client = client
    this.version = version
  }

  /** Throws `DATABASE_UNREACHABLE`. */
  static async connect(url: string): Promise<CloneServer> {
    const client = await connect(url, undefined, { answerWithinMs: 0, name: 'purser clones' })
    return new CloneServer(url, client, await serverVersion(client))
  }

  /** Every database whose name begins as ours do, or that has a marker. */
  async databases(): Promise<readonly FoundDatabase[]> {
    const { rows } = await this.client.query<Row>(`
      select datname as name, shobj_description(oid, 'pg_database') as comment,
             datconnlimit = ${unfinished} and not datallowconn as unfinished,
             ${isLeased('datname')} as leased,
             case when pg_has_role(datdba, 'usage') or has_database_privilege(oid, 'connect')
                  then pg_database_size(oid)::float8 end as bytes
      from pg_database where datname like 'purser\\_%' order by datname`)
    return rows.map(({ name, comment, unfinished, leased, bytes }) => ({
      name,
      marker: readMarker(name, comment),
      isUnfinished: unfinished && comment === null,
      isLeased: leased,
      bytes: bytes ?? undefined,
    }))
  }

  /** Makes a database that nobody can connect to, marks it, and lets its owner in. */
  async create(marker: Marker, how: string, signal: AbortSignal): Promise<void> {
    const name = quoteName(marker.name)
    const stop = () => void this.#cancel()
    signal.addEventListener('abort', stop, { once: true })
    try {
      await this.client.query(
        `create database ${name} ${how} allow_connections false connection limit ${unfinished}`,
      )
    } catch (error) {
      signal.throwIfAborted()
      throw sqlStateOf(error) === '42501' ? await mayNotCreate(this.client, error) : error
    } finally {
      signal.removeEventListener('abort', stop)
    }
    await this.mark(marker)
    await this.client.query(`revoke connect on database ${name} from public`)
    await this.client.query(`alter database ${name} allow_connections true connection limit -1`)
  }

  async mark(marker: Marker): Promise<void> {
    await this.client.query(
      `comment on database ${quoteName(marker.name)} is ${quoteText(writeMarker(marker))}`,
    )
  }

  /** From now on nobody can connect to it, and whoever is connected no longer is. */
  async seal(name: string): Promise<void> {
    await this.client.query(`alter database ${quoteName(name)} allow_connections false`)
    // the server itself ends autovacuum where it is in the way
    await this.client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
      [name],
    )
  }

  async drop(name: string): Promise<void> {
    await this.client.query(`drop database if exists ${quoteName(name)} with (force)`)
  }

  urlOf(database: string): string {
    return urlOf(this.url, database)
  }

  /** A connection to one of its databases, for long statements too. */
  open(database: string): Promise<Client> {
    return connect(this.urlOf(database), undefined, { answerWithinMs: 0, name: 'purser clones' })
  }

  /** Ends the statement that runs: the server would carry on without anybody who waits. */
  async #cancel(): Promise<void> {
    const pid = 'processID' in this.client ? this.client.processID : undefined
    const other = await connect(this.url, undefined).catch(() => undefined)
    await other?.query('select pg_cancel_backend($1)', [pid]).catch(() => {})
    await other?.end().catch(() => {})
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.end().catch(() => {})
  }
}

interface Row {
  readonly name: string
  readonly comment: string | null
  readonly unfinished: boolean
  readonly leased: boolean
  readonly bytes: number | null
}

/** `150018` for 15.18. */
async function serverVersion(client: Client): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `select current_setting('server_version_num')::int as version`,
  )
  return rows[0]?.version ?? 0
}

async function mayNotCreate(client: Client, cause: unknown): Promise<PurserError> {
  const { rows } = await client.query<{ role: string }>('select quote_ident(current_user) as role')
  const role = rows[0]?.role
  return new PurserError('CLONE_RIGHTS_MISSING', {
    message: `The role ${role} may not make databases on the clone server.`,
    remedy: `Let an owner of that server run \`ALTER ROLE ${role} CREATEDB\`.`,
    cause,
  })
}
