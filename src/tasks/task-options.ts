import type { StandardSchemaV1 } from '@standard-schema/spec'

/** `split` keeps stdout and stderr apart; `merged` gives both one pipe, so that their order is the task's own. */
export type OutputMode = 'split' | 'merged'

/** What every kind of task may say. */
export interface TaskOptions<Schema extends StandardSchemaV1 = StandardSchemaV1> {
  /** Kebab-case, unique in its release. */
  readonly name: string
  /** One sentence for `purser tasks`. */
  readonly summary: string
  /** Parameters, by any validator that speaks Standard Schema. Without one the task takes none. */
  readonly params?: Schema
  /** The service it belongs to, where the environment has several. */
  readonly service?: string
  /** One run of it at a time in an environment. */
  readonly exclusive?: boolean
  /** After how many milliseconds it is stopped. No limit unless stated. */
  readonly timeoutMs?: number
  /** How long a stopped task may take to end by itself. 10,000 unless stated. */
  readonly graceMs?: number
  readonly output?: OutputMode
  /** In what its twin may differ from the app, and why: `{ 'memory-limit': 'loads the whole index' }`. */
  readonly differs?: Readonly<Record<string, string>>
  /** Names of parameters whose values are secret, beside those whose names say so. */
  readonly secrets?: readonly string[]
}
