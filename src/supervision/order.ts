import type { Secret } from '../core/redaction/secrets.ts'
import type { Assignment } from '../executors/executor.ts'
import type { OutputMode } from '../tasks/task-options.ts'

/** What every supervisor is told, once, over its standard input: it holds secrets, so it never touches a disk. */
export interface Order {
  readonly attempt: string
  /** The attempt's folder; absolute. */
  readonly folder: string
  readonly output: OutputMode
  readonly timeoutMs?: number
  readonly graceMs: number
  readonly quotaBytes: number
  readonly secrets: readonly Secret[]
  /** What the release side is told over its channel; a command of no task has none. */
  readonly assignment?: Assignment
}
