import { historyIn } from './history-in.ts'
import { readFiles } from './read-files.ts'
import type { MigrationTool, ToolPlace } from './tool.ts'

const command = (place: ToolPlace, verb: string) => [
  // A dump of the schema needs pg_dump of the server's version and writes into the release.
  ...['--no-dump-schema', '--migrations-dir', place.folder, '--env', place.databaseVariable],
  ...(place.historyTable === undefined ? [] : ['--migrations-table', place.historyTable]),
  verb,
]

/** dbmate (github.com/amacneil/dbmate): plain SQL files. Its history has the digits that a file's name begins with. */
export const dbmate: MigrationTool = {
  name: 'dbmate',
  program: 'dbmate',
  takesUrl: 'variable',
  listsAll: true,
  up: (place) => [...place.program, ...command(place, 'migrate')],
  down: (place) => [...place.program, ...command(place, 'rollback')],
  history: (table = 'schema_migrations') => historyIn(table, 'version'),
  files: (folder) => readFiles(folder, /^\d.*\.sql$/, (name) => /^\d+/.exec(name)?.[0]),
}
