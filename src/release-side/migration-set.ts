import path from 'node:path'
import { reasonOf } from '../core/errors.ts'
import type { MigrationSet, MigrationSetAnswer } from '../migrations/tools/migration-set.ts'
import { tools } from '../migrations/tools/tools.ts'
import { loadTask } from '../tasks/discovery.ts'
import { brand, type MigrationOptions } from '../tasks/task.ts'
import { downCommand, upCommand } from './migration-command.ts'
import { isThere } from './program-in-release.ts'

/** What the release has for the migration task in this file. */
export async function readMigrationSet(root: string, file: string): Promise<MigrationSetAnswer> {
  try {
    const task = await loadTask(root, file)
    if (task[brand] !== 'migration') return { broken: `It is no migration but a ${task[brand]}.` }
    return await setOf(task, root)
  } catch (error) {
    return { broken: reasonOf(error) }
  }
}

async function setOf(task: MigrationOptions, root: string): Promise<MigrationSet> {
  const [program] = upCommand(task, { root }).argv
  const name = task.sql === undefined ? task.tool : 'dbmate'
  const folder = task.sql ?? task.folder
  const known =
    name === undefined || folder === undefined
      ? { historyTables: task.historyTable === undefined ? [] : [task.historyTable], files: [] }
      : {
          tool: name,
          historyTables: tools[name].history(task.historyTable).tables,
          files: await tools[name].files(path.resolve(root, folder)),
        }
  return {
    ...known,
    hasDown: downCommand(task, { root }) !== undefined,
    ...(isThere(program, root) ? {} : { missingProgram: program }),
  }
}
