import type { MigrationOptions, Task } from '../../../src/tasks/task.ts'

/** What three migrations do, and how each is taken back. */
export interface Step {
  readonly up: readonly string[]
  readonly down: readonly string[]
}

export type Steps = readonly [first: Step, second: Step, third: Step]

/** A tool's part of the options of a migration task. */
export type ToolOptions = MigrationOptions extends infer Each
  ? Each extends MigrationOptions
    ? Omit<Each, 'name' | 'summary' | 'database'>
    : never
  : never

/** The files of a team that uses one tool, and what is to be expected of it. */
export interface ToolProject {
  readonly options: ToolOptions
  /** Below the project's root, by their paths. */
  files(steps: Steps): Readonly<Record<string, string>>
  /** Symbolic links in `node_modules/.bin`. */
  readonly programs: readonly string[]
  /** Variables that only this project's configuration wants. */
  readonly variables?: Readonly<Record<string, string>>
  /** What the tool's history calls the three. */
  readonly keys: readonly [string, string, string]
  readonly historyTables: readonly string[]
  /** Whether what is pending is one transaction: where the last fails, none is applied. */
  readonly isOneTransaction: boolean
}

/** The variable in which every project looks for its database: not the usual one. */
export const variable = 'APP_DB'

const tables: Step = {
  up: [
    'create table users (id int primary key, age int not null)',
    'create table visits (user_id int not null references users on delete cascade)',
  ],
  down: ['drop table visits, users'],
}

const people: Step = {
  up: [
    'insert into users select n, 30 + n from generate_series(1, 5) n',
    'insert into visits select id from users',
    'delete from users where id = 5',
  ],
  down: ['delete from users'],
}

/** Two tables, rows of which one takes another along, and a column more. */
export const good: Steps = [
  tables,
  people,
  { up: ['alter table users add column name text'], down: ['alter table users drop column name'] },
]

/** The last of them fails because of the rows. */
export const failing: Steps = [
  tables,
  people,
  {
    up: ['alter table users add constraint young check (age < 33)'],
    down: ['alter table users drop constraint young'],
  },
]

/** A task that does it, for where only its options matter. */
export function optionsOf(project: ToolProject): Extract<Task, MigrationOptions> & MigrationOptions {
  return {
    ...project.options,
    name: 'migrate',
    summary: 'Migrates.',
    database: 'main',
  } as Extract<Task, MigrationOptions> & MigrationOptions
}

/** SQL as a literal of JavaScript; Python reads the same. */
export function literal(statements: readonly string[]): string {
  return JSON.stringify(statements.join(';\n'))
}
