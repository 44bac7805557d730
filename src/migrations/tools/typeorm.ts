import { historyIn } from './history-in.ts'
import { code, readFiles } from './read-files.ts'
import type { MigrationTool, ToolPlace } from './tool.ts'

const command = ({ program, config }: ToolPlace, verb: string) =>
  [...program, verb, ...(config === undefined ? [] : ['--dataSource', config])] as const

/** TypeORM (typeorm.io): classes. The DataSource in its configuration says where the database and the files are. */
export const typeorm: MigrationTool = {
  name: 'typeorm',
  program: 'typeorm',
  takesUrl: 'config',
  listsAll: false,
  up: (place) => command(place, 'migration:run'),
  down: (place) => command(place, 'migration:revert'),
  history: (table = 'migrations') => historyIn(table, 'name'),
  files: (folder) => readFiles(folder, code, (_name, text) => className(text)),
}

/** What the history calls a migration: its `name`, else that of its class. TypeORM wants a time of 13 digits at its end. */
function className(text: string): string | undefined {
  const named = /\bname\s*(?::\s*string\s*)?=\s*["'`](\w+\d{13})["'`]/.exec(text)
  return (named ?? /\b(?:class|function)\s+(\w+\d{13})\b/.exec(text))?.[1]
}
