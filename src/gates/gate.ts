import type { Refusal } from '../core/errors.ts'
import type { Release } from '../environment/release.ts'
import type { RunRequest } from '../runs/events.ts'

/** A check that a run must pass before it starts. One that throws is a refusal. */
export interface Gate {
  readonly name: string
  check(request: RunRequest, release: Release): Promise<Verdict>
}

/** A gate's answer. `not-applicable` where the environment or the run gives it nothing to check. */
export type Verdict = 'pass' | 'not-applicable' | Needless | Refusal

/** There is nothing for the run to do: why that is known, in a sentence. */
export interface Needless {
  readonly needless: string
}
