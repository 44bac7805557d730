import { tools } from '../migrations/tools/tools.ts'
import type { Argv, MigrationOptions } from '../tasks/task.ts'
import { programInRelease } from './program-in-release.ts'

/** A command of a migration, and variables that it gets besides. */
export interface MigrationCommand {
  readonly argv: Argv
  readonly variables: Readonly<Record<string, string>>
}

interface Place {
  /** The variable with the database's URL: `DATABASE_URL` unless stated. */
  readonly databaseVariable?: string | undefined
  /** The release's root: the working directory unless stated. */
  readonly root?: string
}

/** What brings everything up to date: the team's own command, or that of a tool. */
export function upCommand(task: MigrationOptions, place: Place = {}): MigrationCommand {
  if (task.command !== undefined) return { argv: task.command, variables: variablesOf(task) }
  const { tool, told } = toolOf(task, place)
  return { argv: tool.up(told), variables: variablesOf(task) }
}

/** What takes the last migration back; nothing where there is no way. */
export function downCommand(task: MigrationOptions, place: Place = {}): MigrationCommand | undefined {
  if (task.command !== undefined) {
    return task.down === undefined ? undefined : { argv: task.down, variables: variablesOf(task) }
  }
  const { tool, told } = toolOf(task, place)
  return tool.down === undefined ? undefined : { argv: tool.down(told), variables: variablesOf(task) }
}

type WithTool = Exclude<MigrationOptions, { readonly command: Argv }>

function toolOf(task: WithTool, { databaseVariable = 'DATABASE_URL', root = process.cwd() }: Place) {
  const { tool: name, folder, config, program } = withDbmate(task)
  const tool = tools[name]
  const told = {
    databaseVariable,
    folder,
    program:
      typeof program === 'object' ? program : ([program ?? programInRelease(tool.program, root)] as const),
    ...(config === undefined ? {} : { config }),
    ...(task.historyTable === undefined ? {} : { historyTable: task.historyTable }),
  }
  return { tool, told }
}

/** Plain SQL is a folder of dbmate's. */
function withDbmate(task: WithTool) {
  if (task.sql === undefined) return task
  return { tool: 'dbmate', folder: task.sql, config: undefined, program: undefined } as const
}

function variablesOf(task: MigrationOptions): Readonly<Record<string, string>> {
  const name = task.sql === undefined ? task.tool : 'dbmate'
  return (name === undefined ? undefined : tools[name].variables) ?? {}
}
