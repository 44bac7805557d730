import { headOf } from '../facts/lookup.ts'
import type { Facts } from '../release.ts'

/** Two sets of facts, collected the same way, and what may differ. */
export interface ComparisonInput {
  /** What was seen of each serving instance, at least one; the first is the model. */
  readonly app: readonly { readonly id: string; readonly facts: Facts }[]
  readonly twin: Facts
  /** What may differ, by ids of kinds or of facts (`variables` stands for all of them), with the reason somebody gave. */
  readonly declared: Reasons
  /** What Purser itself changed, by ids of kinds or of facts, and why. */
  readonly own: Reasons
  /** Names of the variables that the app's configuration states; others come from its entrypoint. */
  readonly configured: ReadonlySet<string>
  /** Names of variables that decide what the app works on or with, beside those whose names say so. */
  readonly decisive?: ReadonlySet<string>
  /** What an unobserved fact does whose difference would block or warn; `block` unless stated. */
  readonly unobserved?: 'block' | 'warn'
}

export type Reasons = ReadonlyMap<string, string>

/** The reason that is given for a fact, for its kind, or for all of its list. */
export function reasonFor(reasons: Reasons, fact: string, kind: string): string | undefined {
  return reasons.get(fact) ?? reasons.get(kind) ?? reasons.get(headOf(fact))
}
