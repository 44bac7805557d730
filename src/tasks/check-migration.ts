import { suggest } from '../core/text.ts'
import { migrationTools } from './migration-tools.ts'
import type { MigrationOptions } from './task.ts'

type Options = Readonly<Record<string, unknown>>

/** The ways to migrate, the first that a task has; what has no meaning beside it; what else it needs. */
const ways: readonly {
  readonly way: string
  readonly useless: readonly string[]
  readonly check?: (options: Options) => void
}[] = [
  { way: 'sql', useless: ['tool', 'folder', 'command', 'down', 'config', 'program'] },
  { way: 'command', useless: ['config', 'program'], check: checkCommand },
  { way: 'tool', useless: ['down'], check: checkTool },
]

/** Throws a sentence when a migration is not defined as it must be. What is in its folder is looked at when that is asked for. */
export function checkMigration(task: MigrationOptions): void {
  // The file may be JavaScript: nothing has looked at the types.
  const options: Options = { ...task }
  checkWords(options)
  const found = ways.find(({ way }) => options[way] !== undefined)
  if (found === undefined) {
    throw new TypeError('It needs `sql`, `tool` with `folder`, or `command`, which say how it migrates.')
  }
  const other = found.useless.find((name) => options[name] !== undefined)
  if (other !== undefined)
    throw new TypeError(`It has \`${found.way}\`, beside which \`${other}\` has no meaning.`)
  found.check?.(options)
}

function checkWords(options: Options): void {
  const { database, tool, program } = options
  if (!isText(database)) throw new TypeError('It names no `database`.')
  for (const name of ['sql', 'folder', 'config', 'historyTable']) {
    const value = options[name]
    if (value !== undefined && !isText(value))
      throw new TypeError(`Its ${name} is ${show(value)}, which is no text.`)
  }
  for (const name of ['command', 'down']) {
    const value = options[name]
    if (value !== undefined && !isArgv(value)) throw wrongArgv(name, value)
  }
  if (program !== undefined && !isText(program) && !isArgv(program)) throw wrongArgv('program', program)
  if (tool !== undefined && !migrationTools.some((name) => name === tool)) {
    throw new TypeError(
      `Its tool ${show(tool)} is not known. ${suggest(String(tool), migrationTools, 'tools')} Any other is a \`command\`.`,
    )
  }
}

function checkCommand({ tool, folder }: Options): void {
  if ((tool === undefined) === (folder === undefined)) return
  throw new TypeError(
    'Beside its `command` it has only one of `tool` and `folder`; it takes both to tell what is pending.',
  )
}

function checkTool({ tool, folder, config }: Options): void {
  if (folder === undefined) throw new TypeError('It names no `folder`: where its migrations are.')
  if (tool === 'typeorm' && config === undefined) {
    throw new TypeError('It names no `config`: the file with the DataSource, which TypeORM must be told.')
  }
}

function wrongArgv(name: string, value: unknown): TypeError {
  return new TypeError(
    `Its ${name} is ${show(value)}; it is a list of the program and its arguments, such as ["npm", "run", "migrate"].`,
  )
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isArgv(value: unknown): boolean {
  return Array.isArray(value) && isText(value[0]) && value.every((word) => typeof word === 'string')
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value)
}
