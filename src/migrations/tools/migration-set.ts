import type { MigrationToolName } from '../../tasks/migration-tools.ts'
import type { MigrationFile } from './tool.ts'

/** What a release says of one migration task, without a look at any database. */
export interface MigrationSet {
  /** Missing where the command is the team's own and names no tool: then nobody knows what it would apply. */
  readonly tool?: MigrationToolName
  /** The tool's history first, then what else is its own: as `schema.name`, or as `name` where the search path finds it. */
  readonly historyTables: readonly string[]
  /** All that the release has, applied or not, in the tool's order. */
  readonly files: readonly MigrationFile[]
  readonly hasDown: boolean
  /** The program that its command would start, where that is neither in the release nor on its `PATH`. */
  readonly missingProgram?: string
}

/** What the release side answers to the question for a migration task. */
export type MigrationSetAnswer = MigrationSet | { readonly broken: string }
