import path from 'node:path'
import { historyIn } from './history-in.ts'
import { readFiles } from './read-files.ts'
import type { MigrationTool, ToolPlace } from './tool.ts'

const command = ({ folder, databaseVariable, config, historyTable }: ToolPlace, verb: string) => [
  verb,
  ...['--migrations-dir', folder, '--database-url-var', databaseVariable],
  ...(config === undefined ? [] : ['--config-file', config]),
  ...(historyTable === undefined ? [] : tableOptions(historyTable)),
]

function tableOptions(historyTable: string): readonly string[] {
  const [table = '', schema] = historyTable.split('.').reverse()
  return ['--migrations-table', table, ...(schema === undefined ? [] : ['--migrations-schema', schema])]
}

/** node-pg-migrate (github.com/salsita/node-pg-migrate): code or SQL. Its history has the files' names without endings. */
export const nodePgMigrate: MigrationTool = {
  name: 'node-pg-migrate',
  program: 'node-pg-migrate',
  takesUrl: 'variable',
  listsAll: true,
  up: (place) => [...place.program, ...command(place, 'up')],
  down: (place) => [...place.program, ...command(place, 'down')],
  history: (table = 'public.pgmigrations') => historyIn(table, 'name'),
  files: (folder) =>
    readFiles(folder, /^[^.].*(?<!\.d)\.(?:[cm]?[jt]s|sql)$/, (name) => path.parse(name).name),
}
