import { checkBatch } from './check-batch.ts'
import { checkMigration } from './check-migration.ts'
import { jsonSchemaOf } from './parameters/json-schema.ts'
import { brand, type Task, type TaskEntry } from './task.ts'

/** A file that should hold a task and can't be used. */
export interface BrokenTask {
  readonly file: string
  readonly why: string
}

/** What a release says of its tasks. */
export interface Manifest {
  readonly tasks: readonly TaskEntry[]
  readonly broken: readonly BrokenTask[]
}

/** What the release side answers to the question for the manifest, file by file, so that one that ends it is known. */
export type ManifestAnswer =
  | { readonly loading: string }
  | { readonly task: TaskEntry }
  | { readonly broken: BrokenTask }

const kebabCase = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/

/** A task's entry. Throws a sentence when it is not defined as it must be. */
export function describeTask(task: Task, file: string): TaskEntry {
  if (typeof task.name !== 'string' || !kebabCase.test(task.name)) {
    throw new TypeError(
      `Its name is ${JSON.stringify(task.name)}; a name is kebab-case, such as "load-places".`,
    )
  }
  if (typeof task.summary !== 'string' || task.summary.trim() === '') {
    throw new TypeError('It has no summary: one sentence that says what it does.')
  }
  for (const limit of ['timeoutMs', 'graceMs'] as const) checkDuration(limit, task[limit])
  if (task[brand] === 'batch') checkBatch(task)
  if (task[brand] === 'migration') checkMigration(task)
  const {
    name,
    summary,
    service,
    timeoutMs,
    graceMs = 10_000,
    output = 'split',
    exclusive = false,
    differs,
  } = task
  return {
    name,
    kind: task[brand],
    summary,
    file,
    exclusive,
    graceMs,
    output,
    secrets: 'secrets' in task ? (task.secrets ?? []) : [],
    ...(service === undefined ? {} : { service }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(differs === undefined ? {} : { differs }),
    ...('database' in task ? { database: task.database } : {}),
    ...('params' in task && task.params !== undefined ? { parameters: jsonSchemaOf(task.params) } : {}),
  }
}

// A timer takes 31 bits of milliseconds, almost 25 days; more, and it fires at once.
const longestMs = 2 ** 31 - 1

function checkDuration(name: string, ms: unknown): void {
  if (ms === undefined || (Number.isInteger(ms) && Number(ms) >= 0 && Number(ms) <= longestMs)) return
  throw new TypeError(
    `Its ${name} is ${String(ms)}; it is a whole number of milliseconds, at most ${longestMs} (almost 25 days).`,
  )
}
