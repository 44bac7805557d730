import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { JsonObject } from '../core/json.ts'
import type { BatchOptions } from './batch.ts'
import type { MigrationToolName } from './migration-tools.ts'
import type { OutputMode, TaskOptions } from './task-options.ts'

/** What a task is, by the `define*` that made it. */
export type TaskKind = 'script' | 'command' | 'migration' | 'batch'

/** What a script's `run` is given. */
export interface ScriptContext<Parameters> {
  /** The parameters, as the schema returned them. */
  readonly params: Parameters
  readonly run: string
  readonly attempt: string
  /** Aborts when the run is being stopped; the process has the grace period left. */
  readonly signal: AbortSignal
  /** Tells how far the work is. Cheap: call it as often as you like. */
  progress(done: number, total?: number, label?: string): void
}

/** A task in TypeScript or JavaScript. */
export interface ScriptOptions<Schema extends StandardSchemaV1 = StandardSchemaV1>
  extends TaskOptions<Schema> {
  run(context: ScriptContext<StandardSchemaV1.InferOutput<Schema>>): unknown
}

/** A program and its arguments. Never a shell line: nothing is expanded or split. */
export type Argv = readonly [program: string, ...args: string[]]

/** A task in any language: a program of the release, or of its machine. */
export interface CommandOptions<Schema extends StandardSchemaV1 = StandardSchemaV1>
  extends TaskOptions<Schema> {
  readonly command: Argv | ((params: StandardSchemaV1.InferOutput<Schema>) => Argv)
}

/** A migration, by one of three ways: a folder of plain SQL, a tool that is known by name, or the team's own command. */
export type MigrationOptions = Omit<TaskOptions, 'params' | 'secrets'> & {
  /** Which of the environment's databases it changes. */
  readonly database: string
  /** The table of the tool's history, as `name` or `schema.name`, where the tool is set up to use another than its own. */
  readonly historyTable?: string
} & (SqlMigration | ToolMigration | CommandMigration)

interface SqlMigration {
  /** A folder of dbmate's SQL files, relative to the release's root. */
  readonly sql: string
  readonly tool?: never
  readonly command?: never
}

interface ToolMigration {
  readonly tool: MigrationToolName
  /** The folder of its migrations, relative to the release's root. */
  readonly folder: string
  /** The tool's own configuration file, where that is not found by itself. */
  readonly config?: string
  /** What starts the tool, where that is neither in `node_modules/.bin` nor on the `PATH` by its name. */
  readonly program?: string | Argv
  readonly sql?: never
  readonly command?: never
}

interface CommandMigration {
  /** Brings everything up to date. */
  readonly command: Argv
  /** Takes the last migration back. */
  readonly down?: Argv
  /** The tool that the command starts in the end: what is pending can be told then. */
  readonly tool?: MigrationToolName
  /** The folder of its migrations, relative to the release's root. */
  readonly folder?: string
  readonly sql?: never
}

// A registered symbol, so that a task is known by any copy of this package.
export const brand = Symbol.for('purser.task')

/** What `define*` makes of its options: a file of tasks exports one by default. */
export type Task =
  | ({ readonly [brand]: 'script' } & ScriptOptions)
  | ({ readonly [brand]: 'command' } & CommandOptions)
  | ({ readonly [brand]: 'migration' } & MigrationOptions)
  | BatchTask

/** A task made by `defineBatch`. */
export type BatchTask = { readonly [brand]: 'batch' } & BatchOptions

/** Whether a value was made by `define*`, of whatever copy of this package. */
export function isTask(value: unknown): value is Task {
  return typeof value === 'object' && value !== null && brand in value
}

/** The validator of a task's parameters; `undefined` where it takes none. */
export function paramsOf(task: Task): StandardSchemaV1 | undefined {
  return task[brand] === 'migration' ? undefined : task.params
}

/** A task as the manifest lists it. */
export interface TaskEntry {
  readonly name: string
  readonly kind: TaskKind
  readonly summary: string
  /** Relative to the release's root. */
  readonly file: string
  readonly service?: string
  readonly exclusive: boolean
  readonly timeoutMs?: number
  readonly graceMs: number
  readonly output: OutputMode
  readonly secrets: readonly string[]
  readonly differs?: Readonly<Record<string, string>>
  readonly database?: string
  /** JSON Schema of the parameters as they are typed; `null` where the task takes some and its validator can't say which. */
  readonly parameters?: JsonObject | null
}
