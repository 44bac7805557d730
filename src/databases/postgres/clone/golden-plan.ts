import type { CloneServer } from './clone-server.ts'
import type { Owner } from './names.ts'
import type { PostgresCloneOptions } from './options.ts'
import type { Source } from './source.ts'

/** What a golden copy is made with. */
export interface GoldenPlan {
  readonly server: CloneServer
  readonly source: Source
  readonly owner: Owner
  readonly options: PostgresCloneOptions
  /** A folder of ours for the dump. */
  readonly folder: string
  readonly madeBy: string
  readonly say: (sentence: string) => void
  readonly signal: AbortSignal
}
