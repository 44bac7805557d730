import pg from 'pg'
import type { MigrationSet } from '../../../src/migrations/tools/migration-set.ts'
import { pendingOf, readApplied } from '../../../src/migrations/tools/pending.ts'
import { tools } from '../../../src/migrations/tools/tools.ts'
import { type Postgres, startPostgres } from '../../support/postgres.ts'

const user = 'the "owner" @ home'
const password = `p@ss:w/o?r#d%20&=+'"\\ ü$x{}[]|^\`;,!*()~<>`

/** A database with nothing in it, of a user whose name and password have every kind of sign. */
export interface Target {
  /** As a URL has to be: whatever is odd is escaped. */
  readonly url: string
  query(sql: string): Promise<readonly Record<string, unknown>[]>
  /** What is pending, in the words of the tool's history. */
  pending(set: MigrationSet): Promise<readonly string[]>
  /** Its tables, as `schema.name`. */
  tables(): Promise<readonly string[]>
}

export interface World extends AsyncDisposable {
  database(): Promise<Target>
}

export async function startWorld(): Promise<World> {
  const server = await startPostgres('superuser')
  await server.query(
    `create role ${pg.escapeIdentifier(user)} login superuser password ${pg.escapeLiteral(password)}`,
  )
  let made = 0
  return {
    async database() {
      made += 1
      await server.query(`create database d${made}`)
      return target(server, `d${made}`)
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function target({ port }: Postgres, database: string): Target {
  const login = [user, password].map(encodeURIComponent).join(':')
  async function query(sql: string) {
    const client = new pg.Client({ host: '127.0.0.1', port, database, user, password })
    await client.connect()
    try {
      return (await client.query(sql)).rows
    } finally {
      await client.end()
    }
  }
  return {
    url: `postgres://${login}@127.0.0.1:${port}/${database}?sslmode=disable`,
    query,
    async pending({ tool, historyTables: [history], files }) {
      if (tool === undefined) throw new TypeError('The set is of no known tool.')
      const applied = await readApplied(tools[tool].history(history), query)
      return pendingOf(files, applied).map(({ key }) => key)
    },
    tables: async () =>
      (
        await query(
          "select schemaname || '.' || tablename as name from pg_tables where schemaname !~ '^(pg_|information_schema)'",
        )
      ).map(({ name }) => String(name)),
  }
}
