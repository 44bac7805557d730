import { Pool } from 'pg'

/** The shop's own database, which its configuration names. */
export function openDatabase(): Pool {
  const database = new Pool({ connectionString: process.env.DATABASE_URL, max: 5 })
  // The next query gets a new connection in the place of a broken one; without a listener it would end us.
  database.on('error', (error) => console.error(`A database connection broke: ${error.message}`))
  return database
}
