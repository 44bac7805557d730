import type { DatabaseSync } from 'node:sqlite'
import { PurserError } from '../../../core/errors.ts'
import { corruptError } from './errors.ts'
import type { WhenUnlocked } from './lock.ts'

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

/**
 * What brings a file from each schema version to the next; an empty file has version 0. `find` merges the indexes
 * `requests` and `ends` to tell which runs are open. The trigger `append_only` also keeps REPLACE out, which fires no
 * delete trigger.
 */
const migrations: readonly string[] = [
  `PRAGMA application_id = ${applicationId};
  ${eventsTable};
  CREATE INDEX events_of_run ON events (run, sequence);
  CREATE INDEX events_with_claim ON events (claim, sequence) WHERE claim IS NOT NULL;
  CREATE INDEX requests ON events (run, sequence) WHERE kind = 'requested';
  CREATE INDEX ends ON events (run) WHERE kind IN ('ended', 'refused');
  CREATE TRIGGER no_update BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'a ledger has no update'); END;
  CREATE TRIGGER no_delete BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'a ledger has no delete'); END;
  CREATE TRIGGER append_only BEFORE INSERT ON events
    WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM events)
    BEGIN SELECT RAISE(ABORT, 'a ledger only grows at its end'); END;`,
]

/**
 * Makes or migrates the schema, and proves that a write is possible: setting the version to what it is already opens
 * SQLite's journal, and is rolled back.
 */
export async function prepareSchema(
  database: DatabaseSync,
  file: string,
  whenUnlocked: WhenUnlocked,
): Promise<void> {
  // A rollback journal and no WAL: one file at rest, any file system, and SQLite before 3.51.3, which Node 22 has, can
  // damage a WAL file that several processes write (https://www.sqlite.org/wal.html#walresetbug). It costs 20 %.
  await whenUnlocked(() => database.exec('PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL'))
  await whenUnlocked(() => database.exec('BEGIN IMMEDIATE'))
  try {
    const version = readVersion(database, file)
    for (const statements of migrations.slice(version)) database.exec(statements)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
    checkTable(database, file)
    await whenUnlocked(() => database.exec(version < migrations.length ? 'COMMIT' : 'ROLLBACK'))
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK')
  }
}

/** The same for a file that can only be read: it must be ours, and of this version. */
export async function checkSchema(
  database: DatabaseSync,
  file: string,
  whenUnlocked: WhenUnlocked,
): Promise<void> {
  await whenUnlocked(() => {
    readVersion(database, file)
    checkTable(database, file)
  })
}

function readVersion(database: DatabaseSync, file: string): number {
  const owner = readNumber(database, 'SELECT application_id FROM pragma_application_id')
  if (owner === 0 && readNumber(database, 'SELECT count(*) FROM sqlite_schema') === 0) return 0
  if (owner !== applicationId) throw corruptError(file, 'it is the database of another program')
  const version = readNumber(database, 'SELECT user_version FROM pragma_user_version')
  if (version > migrations.length) throw newerError(file)
  return version
}

function readNumber(database: DatabaseSync, query: string): number {
  return Number(Object.values(database.prepare(query).get() ?? {})[0])
}

/** Events could be hidden from a scan in a table without its key. */
function checkTable(database: DatabaseSync, file: string): void {
  const table = database.prepare(`SELECT sql FROM sqlite_schema WHERE name = 'events'`).get()
  if (table?.sql !== eventsTable)
    throw corruptError(file, 'its table "events" is not the one that Purser made')
}

function newerError(file: string): PurserError {
  return new PurserError('LEDGER_NEWER', {
    message: `The ledger ${file} was written by a newer Purser than this one.`,
    remedy: 'Update Purser here: `npm install purser@latest`.',
  })
}
