import type { JsonObject } from '../../core/json.ts'
import type { Argv } from '../../tasks/task.ts'

/** What was typed: a task with its parameters, or a command of no task. */
export interface Wish {
  readonly environment: string | undefined
  readonly service: string | undefined
  readonly what: WishedTask | { readonly argv: Argv } | WishedWorker
  readonly reason: string | undefined
  /** Overrides the task's own. */
  readonly timeoutMs: number | undefined
  /** In what this run may differ from the app, by kinds of facts, with the reason. */
  readonly differs: Readonly<Record<string, string>>
  /** An image that is about to be deployed, to be run in the place of the one that serves. */
  readonly candidate: string | undefined
  /** Why a migration must go to production without a passing rehearsal: an emergency. */
  readonly breakGlass?: string | undefined
}

/** A worker for whatever batches are open, or for one. */
export interface WishedWorker {
  /** With the task of that one batch: what it may differ in, its workers may too. */
  readonly worker: { readonly batch?: string; readonly task?: string }
}

/** What was said of a batch beside its parameters. */
export interface WishedBatch {
  /** The run that began it, where it is to go on. */
  readonly id?: string
  /** How many workers of their own twins it gets; without, one works beside the lead. */
  readonly workers?: number
  readonly canary?: number
  readonly isDryRun?: boolean
}

/** A task of the release, with its parameters as they came. */
export interface WishedTask {
  readonly task: string
  /** Typed as `name=value`, each to be given its type. They win over `parameters`. */
  readonly words: Readonly<Record<string, string>>
  readonly parameters: JsonObject
  readonly batch?: WishedBatch
}
