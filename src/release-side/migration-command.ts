import { existsSync } from 'node:fs'
import path from 'node:path'
import { dbmate } from '../migrations/tools/dbmate.ts'
import type { Argv, MigrationOptions } from '../tasks/task.ts'

/** The command of a migration: the team's own, or dbmate for a folder of SQL files. */
export function migrationCommand(task: MigrationOptions, databaseVariable = 'DATABASE_URL'): Argv {
  if (task.command !== undefined) return task.command
  return dbmate({ folder: task.sql, databaseVariable, program: inRelease('dbmate') })
}

/** A program that the release's packages bring, from the nearest `node_modules/.bin`; else by its name, from the PATH. */
function inRelease(program: string): string {
  for (let folder = process.cwd(); ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', '.bin', program)
    if (existsSync(candidate)) return candidate
    if (folder === path.dirname(folder)) return program
  }
}
