import type { Stack } from '../dev/stack.ts'
import type { Terminal } from './terminal.ts'

export interface Stage {
  readonly terminal: Terminal
  readonly stack: Stack
}

export interface Scene {
  readonly title: string
  /** What somebody who watches should know. */
  readonly narration: string
  play(stage: Stage): Promise<void>
}

/** What a demo shows, in its order, and what must have become of it. */
export interface Story {
  readonly scenes: readonly Scene[]
  /** What all of it has done to Atlas, as the app and its database say. Throws when it is not as it should be. */
  checkOutcome(stack: Stack): Promise<string>
}
