import type { RehearsalPolicy } from '../migrations/rehearsal/policy.ts'
import type { PassName } from '../runs/rehearsal.ts'

/** What an environment asks of rehearsals of its migrations. */
export interface RehearsalConfiguration extends Partial<Omit<RehearsalPolicy, 'maxBlockedMs'>> {
  readonly maxBlockedMs?: Partial<RehearsalPolicy['maxBlockedMs']>
  /** Passes that are not played. What is off is named in every verdict. */
  readonly off?: readonly Exclude<PassName, 'trace'>[]
  /**
   * Whether a rehearsal needs a twin that can reach nothing but its wire. `as-possible`: where this machine can't keep it
   * apart, it is rehearsed all the same, and the verdict says so. `required` unless stated.
   */
  readonly apart?: 'required' | 'as-possible'
  /**
   * Whether a migration needs a passing rehearsal. `required` unless stated where its database says how it is cloned;
   * elsewhere it can't have one.
   */
  readonly gate?: 'required' | 'off'
}
