import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import {
  CompiledQuery,
  type DatabaseConnection,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely'
import { isBusy } from './sqlite-errors.ts'

/** Kysely over `node:sqlite`. A locked database is waited for without blocking the process. */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #driver: () => PatientDriver

  constructor(database: DatabaseSync, lockTimeoutMs: number) {
    const config = { database: { prepare: prepareOn(database), close: () => database.close() } }
    super(config)
    this.#driver = () => new PatientDriver(config, database, lockTimeoutMs)
  }

  override createDriver(): PatientDriver {
    return this.#driver()
  }
}

function prepareOn(database: DatabaseSync): (sql: string) => SqliteStatement {
  return (sql) => {
    const statement = database.prepare(sql)
    return {
      reader: statement.columns().length > 0,
      all: (parameters) => statement.all(...(parameters as readonly SQLInputValue[])),
      run: (parameters) => statement.run(...(parameters as readonly SQLInputValue[])),
      iterate: (parameters) => statement.iterate(...(parameters as readonly SQLInputValue[])),
    }
  }
}

class PatientDriver extends SqliteDriver {
  readonly #database: DatabaseSync
  readonly #lockTimeoutMs: number

  constructor(config: SqliteDialectConfig, database: DatabaseSync, lockTimeoutMs: number) {
    super(config)
    this.#database = database
    this.#lockTimeoutMs = lockTimeoutMs
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection()
    return {
      executeQuery: (query) => whenUnlocked(() => connection.executeQuery(query), this.#lockTimeoutMs),
      streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
    }
  }

  // A plain BEGIN reads first and asks for the write lock later, when it is refused at once if another was faster.
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  // On a full disk SQLite has rolled back by itself, and a second rollback's error would hide that.
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.isTransaction) await super.rollbackTransaction(connection)
  }
}

/**
 * Tries until the lock is free. SQLite's own busy timeout would block the whole process, and deadlock two connections
 * of one process; random pauses also got 200 processes through in half its time (2.3 s instead of 5.0 s).
 */
async function whenUnlocked<T>(work: () => Promise<T>, timeoutMs: number): Promise<T> {
  const deadline = performance.now() + timeoutMs
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work()
    } catch (thrown) {
      if (!isBusy(thrown) || performance.now() > deadline) throw thrown
    }
    await delay(Math.random() * Math.min(100, 5 * 2 ** attempt))
  }
}
