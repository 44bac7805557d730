import type { Frame } from '../../runs/frames.ts'
import type { PassName } from '../../runs/rehearsal.ts'
import type { Run } from '../../runs/run.ts'

/** Which migration is to be rehearsed, and how. */
export interface RehearsalWish {
  readonly environment: string | undefined
  readonly service: string | undefined
  readonly task: string
  readonly reason: string | undefined
  readonly differs: Readonly<Record<string, string>>
  readonly candidate: string | undefined
  /** Passes that are not played this time, beside those that the environment switches off. */
  readonly off: readonly PassName[]
  /** In the place of the environment's. */
  readonly mode?: 'measured' | 'strict'
}

/** What whoever typed wants to hear of on the way. */
export interface RehearsalWatching {
  begun?(run: Run): void
  /** What is being done, a sentence at a time. */
  said?(sentence: string): void
  /** What the migration's own command prints, the first time. */
  frame?(frame: Frame): void
}
