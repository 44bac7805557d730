import type { Secret } from '../../../core/redaction/secrets.ts'
import type { Argv, OutputMode } from '../../../tasks/task.ts'
import type { Assignment } from '../../executor.ts'

/** What a supervisor is told, once, over its standard input: it holds secrets, so it never touches a disk. */
export interface Order {
  readonly attempt: string
  /** The attempt's folder; absolute. */
  readonly folder: string
  /** The command with all that comes before it; absolute program. */
  readonly argv: Argv
  readonly workingDirectory: string
  readonly umask: number
  readonly variables: Readonly<Record<string, string>>
  readonly uid: number
  readonly output: OutputMode
  readonly timeoutMs?: number
  readonly graceMs: number
  readonly quotaBytes: number
  readonly secrets: readonly Secret[]
  /** What the release side is told over its channel; without it there is no channel. */
  readonly assignment?: Assignment
}
