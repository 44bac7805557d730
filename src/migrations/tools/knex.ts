import { historyIn } from './history-in.ts'
import { code, readFiles } from './read-files.ts'
import type { MigrationTool, ToolPlace } from './tool.ts'

const command = ({ program, config }: ToolPlace, verb: string) =>
  [...program, verb, ...(config === undefined ? [] : ['--knexfile', config])] as const

/**
 * Knex (knexjs.org): code. The knexfile says where the database and the folder are. Its way back is of one migration;
 * its own `rollback` would take back all that were applied together.
 */
export const knex: MigrationTool = {
  name: 'knex',
  program: 'knex',
  takesUrl: 'config',
  listsAll: false,
  up: (place) => command(place, 'migrate:latest'),
  down: (place) => command(place, 'migrate:down'),
  history: (table = 'knex_migrations') => historyIn(table, 'name', { others: [`${table}_lock`] }),
  files: (folder) => readFiles(folder, code),
}
