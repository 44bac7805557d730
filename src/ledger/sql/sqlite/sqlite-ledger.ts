import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import type { Ledger } from '../../ledger.ts'
import { SqlLedger } from '../sql-ledger.ts'
import { NodeSqliteDialect } from './dialect.ts'
import { explain } from './errors.ts'
import { ensureRoom, makeFile } from './file.ts'
import { lockWaiter, type WhenUnlocked } from './lock.ts'
import { checkSchema, prepareSchema } from './schema.ts'

interface SqliteLedgerOptions {
  /** How long the file may stay locked by others, unchanged, before that is an error; 30 s unless stated. */
  readonly lockTimeoutMs?: number
  /** Only reads, and makes nothing: for a disk that is full or read-only. */
  readonly readOnly?: boolean
}

/**
 * Opens the ledger in a SQLite file, and makes it with its folder where there is none.
 *
 * @throws PurserError `LEDGER_UNWRITABLE` (a full disk, a read-only file or folder), `LEDGER_LOCKED`, `LEDGER_CORRUPT`
 * (not a database, a damaged one, another program's) or `LEDGER_NEWER`. Appending throws the same, and
 * `LEDGER_CHAIN_BROKEN` when the event to chain onto has been changed.
 */
export async function openSqliteLedger(
  file: string,
  { lockTimeoutMs = 30_000, readOnly = false }: SqliteLedgerOptions = {},
): Promise<Ledger> {
  const location = path.resolve(file)
  const clarify = (error: unknown) => explain(error, location, lockTimeoutMs)
  try {
    if (!readOnly) await makeFile(location)
    const whenUnlocked = lockWaiter(location, lockTimeoutMs)
    const database = await openDatabase(location, readOnly, whenUnlocked)
    return new SqlLedger(new Kysely({ dialect: new NodeSqliteDialect(database, whenUnlocked) }), {
      location,
      explain: clarify,
      beforeNewRun: () => ensureRoom(location),
      close: async () => {
        if (database.isOpen) database.close()
      },
    })
  } catch (error) {
    throw clarify(error)
  }
}

async function openDatabase(
  file: string,
  readOnly: boolean,
  whenUnlocked: WhenUnlocked,
): Promise<DatabaseSync> {
  const database = new DatabaseSync(file, { readOnly })
  try {
    if (readOnly) await checkSchema(database, file, whenUnlocked)
    else await prepareSchema(database, file, whenUnlocked)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
