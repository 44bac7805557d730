import { historyIn } from './history-in.ts'
import { code, readFiles } from './read-files.ts'
import type { MigrationTool, ToolPlace } from './tool.ts'

const command = ({ program, folder, config }: ToolPlace, verb: string) =>
  [
    ...program,
    verb,
    ...['--migrations-path', folder],
    ...(config === undefined ? [] : ['--config', config]),
  ] as const

/** Sequelize (sequelize.org), by sequelize-cli: code. Its configuration names the variable (`use_env_variable`). */
export const sequelize: MigrationTool = {
  name: 'sequelize',
  program: 'sequelize-cli',
  takesUrl: 'config',
  listsAll: false,
  up: (place) => command(place, 'db:migrate'),
  down: (place) => command(place, 'db:migrate:undo'),
  history: (table = 'SequelizeMeta') => historyIn(table, 'name'),
  files: (folder) => readFiles(folder, code),
}
