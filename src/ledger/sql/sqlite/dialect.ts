import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import {
  type DatabaseConnection,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely'
import type { WhenUnlocked } from './lock.ts'

/** Kysely over `node:sqlite`. */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #makeDriver: () => ImmediateDriver

  constructor(database: DatabaseSync, whenUnlocked: WhenUnlocked) {
    const config = { database: { prepare: prepareOn(database), close: () => database.close() } }
    super(config)
    this.#makeDriver = () => new ImmediateDriver(config, database, whenUnlocked)
  }

  override createDriver(): ImmediateDriver {
    return this.#makeDriver()
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

class ImmediateDriver extends SqliteDriver {
  readonly #database: DatabaseSync
  readonly #whenUnlocked: WhenUnlocked

  constructor(config: SqliteDialectConfig, database: DatabaseSync, whenUnlocked: WhenUnlocked) {
    super(config)
    this.#database = database
    this.#whenUnlocked = whenUnlocked
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection()
    return {
      executeQuery: (query) => this.#whenUnlocked(() => connection.executeQuery(query)),
      streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
    }
  }

  // A plain BEGIN reads first and asks for the write lock later, when it is refused at once if another was faster.
  override beginTransaction(): Promise<void> {
    return this.#whenUnlocked(() => this.#database.exec('BEGIN IMMEDIATE'))
  }

  // After some errors SQLite has rolled back by itself, and a second rollback's error would hide the first
  // (https://www.sqlite.org/lang_transaction.html).
  override async rollbackTransaction(): Promise<void> {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
  }
}
