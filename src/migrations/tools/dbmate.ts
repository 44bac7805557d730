import type { Argv } from '../../tasks/task.ts'

interface DbmateOptions {
  /** The SQL files' folder, relative to the release's root. */
  readonly folder: string
  /** The variable with the database's URL; the URL itself is never an argument. */
  readonly databaseVariable: string
  readonly program: string
}

/** dbmate (github.com/amacneil/dbmate): plain SQL files, history in `schema_migrations`. */
export function dbmate({ folder, databaseVariable, program }: DbmateOptions): Argv {
  // A dump of the schema needs pg_dump of the server's version and writes into the release.
  return [program, '--no-dump-schema', '--migrations-dir', folder, '--env', databaseVariable, 'migrate']
}
