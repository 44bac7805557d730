import { readFile } from 'node:fs/promises'
import { Pool } from 'pg'

export type Database = Pool

export function openDatabase(url: string): Database {
  const database = new Pool({ connectionString: url, max: 5 })
  // An idle connection that breaks is replaced when the next query needs one; without a listener it would end us.
  database.on('error', (error) => console.error(`A database connection broke: ${error.message}`))
  return database
}

/** Opens a database for the time of one piece of work. */
export async function withDatabase<Result>(
  url: string,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = openDatabase(url)
  try {
    return await work(database)
  } finally {
    await database.end()
  }
}

/** Gives a new database its first table. Every change since then is a migration. */
export async function createFirstTable(database: Database): Promise<void> {
  await database.query(await readFile(new URL('db/schema.sql', import.meta.url), 'utf8'))
}
