import type { MigrationToolName } from '../../tasks/migration-tools.ts'
import type { Argv } from '../../tasks/task.ts'

/** Where a tool finds what it needs. */
export interface ToolPlace {
  /** The variable of its environment with the database's URL: the URL itself is never an argument. */
  readonly databaseVariable: string
  /** Its folder of migrations, relative to the release's root. */
  readonly folder: string
  /** What starts it: one word, or several (`poetry run alembic`). */
  readonly program: Argv
  /** Its own configuration file, where the task names one. */
  readonly config?: string
  /** The table of its history, where the task names another than the usual one. */
  readonly historyTable?: string
}

/** A migration tool: how it is started, and what it leaves behind. One file each, listed in `tools.ts`. */
export interface MigrationTool {
  readonly name: MigrationToolName
  /** The program that starts it, where the task names none. */
  readonly program: string
  /**
   * How it learns the database's URL. `variable`: its arguments name the variable, whichever that is. `config`: the team's
   * own configuration reads a variable, and it has to be the one that the environment names.
   */
  readonly takesUrl: 'variable' | 'config'
  /**
   * Whether the folder that it is given has all that it would apply, a file each. Else the team's own configuration may name
   * more (further folders, packages with migrations of their own), and no list of its folder proves that nothing is pending.
   */
  readonly listsAll: boolean
  /** What brings everything up to date. */
  up(place: ToolPlace): Argv
  /** What takes the last migration back. Missing where the tool has no way back, or none without more to say. */
  down?(place: ToolPlace): Argv
  /** Variables that it is given besides, such as one that stops it from asking. */
  readonly variables?: Readonly<Record<string, string>>
  /** Where it keeps what it has applied: in this table, else in its usual one. */
  history(table?: string): History
  /** The migrations in its folder, in the order in which it takes them. Throws a sentence where they can't be read. */
  files(folder: string): Promise<readonly MigrationFile[]>
}

/** What a tool keeps in the database of what it has done. */
export interface History {
  /** The history first, then what else is the tool's own: as `schema.name`, or as `name` where the search path finds it. */
  readonly tables: readonly [history: string, ...others: string[]]
  /** Asks whether the history is there: one row with the boolean `there`. */
  readonly isThere: string
  /** Asks which migrations are applied, one `name` a row. Fails where the history isn't there. */
  readonly applied: string
}

/** A migration as the release has it. */
export interface MigrationFile {
  /** The file's name, for people. */
  readonly name: string
  /** What the tool's history calls it. */
  readonly key: string
  /** SHA-256 of its content, in hex. */
  readonly digest: string
  /** Keys of what comes before it, where the history names only the last that was applied. */
  readonly follows?: readonly string[]
}
