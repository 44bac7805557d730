import { mkdirSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import type { Clone, CloneOptions, ClonePlace } from '../../../src/databases/clone.ts'
import type { PostgresCloneOptions } from '../../../src/databases/postgres/clone/options.ts'
import { PostgresCloner } from '../../../src/databases/postgres/clone/postgres-cloner.ts'
import { allPrograms, type Postgres, type Programs, startPostgres } from '../../support/postgres.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** A PostgreSQL that has `pg_dump` beside it: what npm brings has none. */
export async function programsWithDump(): Promise<Programs> {
  const found = (await allPrograms()).find(({ version }) => version !== 'of npm')
  if (found === undefined) throw new Error('No PostgreSQL of Debian is installed: its pg_dump is needed.')
  return found
}

/** What is usual, where a test says nothing else. */
export const usual: PostgresCloneOptions = {
  allowProductionServer: false,
  refreshAfterMs: 3_600_000,
  connections: 2,
  allowUnknownSpace: false,
  mask: {},
  passingPartitions: [],
}

/** A server with production on it, and one for clones. */
export interface Stage extends AsyncDisposable {
  readonly production: Postgres
  readonly cloneServer: Postgres
  /** A statement on production's server, outside the databases that are cloned. */
  query(sql: string): Promise<readonly Record<string, unknown>[]>
  /** Where dumps lie. */
  readonly folder: string
  /** A new, empty production database, as the superuser. */
  makeDatabase(name?: string): Promise<ProductionDatabase>
  /** What there is on the clone server whose names begin as ours do. */
  databases(): Promise<readonly string[]>
}

export interface ProductionDatabase {
  readonly name: string
  readonly url: string
  readonly place: ClonePlace & { readonly server: string }
  query(sql: string): Promise<readonly Record<string, unknown>[]>
  cloner(options?: Partial<PostgresCloneOptions>, as?: { readonly url: string }): PostgresCloner
  clone(options?: Partial<PostgresCloneOptions>, request?: Partial<CloneOptions>): Promise<Clone>
}

let made = 0

/** `settings` are of production. */
export async function openStage(
  password = 'p@ss w:rd/%?#&',
  settings: readonly string[] = [],
): Promise<Stage> {
  const programs = await programsWithDump()
  const temporary = temporaryFolder()
  const folder = path.join(temporary.folder, 'clones')
  mkdirSync(folder)
  const [production, cloneServer] = await Promise.all([
    startPostgres(password, { programs, settings }),
    startPostgres(password, { programs }),
  ])
  return {
    production,
    cloneServer,
    folder,
    query: (sql) => queryAt(addressOf(production, password), sql),
    async makeDatabase(given) {
      made += 1
      const number = made
      const name = given ?? `shop_${number}`
      await queryAt(addressOf(production, password), `create database "${name.replaceAll('"', '""')}"`)
      const url = addressOf(production, password, name)
      const place = {
        ...{ environment: 'production', database: `main-${number}`, folder },
        ...{ server: addressOf(cloneServer, password), production: { url } },
      }
      const cloner: ProductionDatabase['cloner'] = (options = {}, as = { url }) =>
        new PostgresCloner({ ...place, production: as }, { ...usual, ...options })
      return {
        name,
        url,
        place,
        query: (sql) => queryAt(url, sql),
        cloner,
        clone: (options, request = {}) =>
          cloner(options).clone({ madeBy: 'a test', ...request }, new AbortController().signal),
      }
    },
    async databases() {
      const rows = await queryAt(
        addressOf(cloneServer, password),
        `select datname from pg_database where datname like 'purser%' order by 1`,
      )
      return rows.map(({ datname }) => String(datname))
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([production[Symbol.asyncDispose](), cloneServer[Symbol.asyncDispose]()])
      temporary[Symbol.dispose]()
    },
  }
}

/** A URL in which everything is written as it must be; the driver reads a database's name with `decodeURI`. */
export function addressOf(server: Postgres, password: string, database = 'postgres'): string {
  return `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${server.port}/${encodeURI(database)}?sslmode=disable`
}

/** One statement, or several without parameters, in a connection of its own. */
export async function queryAt(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'test' })
  client.on('error', () => {})
  await client.connect()
  try {
    const result = await client.query(sql)
    return result.rows ?? []
  } finally {
    await client.end()
  }
}
