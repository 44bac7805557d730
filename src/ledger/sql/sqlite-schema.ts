import { type Kysely, sql } from 'kysely'
import { PurserError } from '../../core/errors.ts'
import { corruptError } from './sqlite-errors.ts'
import type { LedgerTables } from './tables.ts'

/** Says in the file's header whose it is: `Purs`. */
const applicationId = 0x50757273

const eventsTable = `CREATE TABLE events (
  sequence INTEGER PRIMARY KEY,
  run TEXT NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  claim TEXT,
  body TEXT,
  bodyHash TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT`

/** What brings a file from each schema version to the next; version 0 is an empty file. */
const migrations: readonly (readonly string[])[] = [
  [
    eventsTable,
    'CREATE INDEX events_of_run ON events (run, sequence)',
    'CREATE INDEX events_with_claim ON events (claim, sequence) WHERE claim IS NOT NULL',
    // `find` merges these two to tell which runs are open
    `CREATE INDEX requests ON events (run, sequence) WHERE kind = 'requested'`,
    `CREATE INDEX ends ON events (run) WHERE kind IN ('ended', 'refused')`,
    `CREATE TRIGGER no_update BEFORE UPDATE ON events
      BEGIN SELECT RAISE(ABORT, 'a ledger has no update'); END`,
    `CREATE TRIGGER no_delete BEFORE DELETE ON events
      BEGIN SELECT RAISE(ABORT, 'a ledger has no delete'); END`,
    // also keeps INSERT OR REPLACE out, which fires no delete trigger
    `CREATE TRIGGER append_only BEFORE INSERT ON events
      WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM events)
      BEGIN SELECT RAISE(ABORT, 'a ledger only grows at its end'); END`,
    `PRAGMA application_id = ${applicationId}`,
  ],
]

/**
 * Makes or migrates the schema, and proves that a write is possible: setting the version to what it is already opens
 * SQLite's journal, and is rolled back.
 */
export async function prepareSchema(db: Kysely<LedgerTables>, file: string): Promise<void> {
  // A rollback journal and no WAL: one file at rest, any file system, and SQLite before 3.51.3, which Node 22 has, can
  // lose data in WAL mode with several processes (https://www.sqlite.org/wal.html#walresetbug). It costs 20 %.
  await run(db, 'PRAGMA journal_mode = TRUNCATE')
  await run(db, 'PRAGMA synchronous = FULL')
  const transaction = await db.startTransaction().execute()
  try {
    const version = await readVersion(transaction, file)
    for (const statement of migrations.slice(version).flat()) await run(transaction, statement)
    await run(transaction, `PRAGMA user_version = ${migrations.length}`)
    await checkTable(transaction, file)
    await (version < migrations.length ? transaction.commit() : transaction.rollback()).execute()
  } catch (thrown) {
    await transaction.rollback().execute()
    throw thrown
  }
}

async function readVersion(db: Kysely<LedgerTables>, file: string): Promise<number> {
  const { rows } = await sql<{ owner: number; version: number; things: number }>`
    SELECT application_id AS owner, user_version AS version, (SELECT count(*) FROM sqlite_schema) AS things
    FROM pragma_application_id, pragma_user_version`.execute(db)
  const { owner, version, things } = rows[0] ?? { owner: 0, version: 0, things: 0 }
  if (owner === 0 && things === 0) return 0
  if (owner !== applicationId) throw corruptError(file, 'it is the database of another program')
  if (version > migrations.length) throw newerError(file)
  return version
}

async function checkTable(db: Kysely<LedgerTables>, file: string): Promise<void> {
  const { rows } = await sql<{ sql: string }>`SELECT sql FROM sqlite_schema WHERE name = 'events'`.execute(db)
  if (rows[0]?.sql !== eventsTable)
    throw corruptError(file, 'its table "events" is not the one that Purser made')
}

async function run(db: Kysely<LedgerTables>, statement: string): Promise<void> {
  await sql.raw(statement).execute(db)
}

function newerError(file: string): PurserError {
  return new PurserError('LEDGER_NEWER', {
    message: `The ledger ${file} was written by a newer Purser than this one.`,
    remedy: 'Update Purser here: `npm install --save-dev purser@latest`.',
  })
}
