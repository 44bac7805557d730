import type { RehearsalConfiguration } from '../../config/rehearsal.ts'
import { defaultPolicy, type RehearsalPolicy } from '../../migrations/rehearsal/policy.ts'

/** What an environment asks of rehearsals, with the defaults in place of what it does not say. */
export function rehearsalPolicy(settings: RehearsalConfiguration = {}): RehearsalPolicy {
  const { mode, maxBlockedMs, tables, maxAgeMs, rowTolerance, accepted } = settings
  return {
    mode: mode ?? defaultPolicy.mode,
    maxBlockedMs: { ...defaultPolicy.maxBlockedMs, ...maxBlockedMs },
    tables: tables ?? defaultPolicy.tables,
    maxAgeMs: maxAgeMs ?? defaultPolicy.maxAgeMs,
    rowTolerance: rowTolerance ?? defaultPolicy.rowTolerance,
    accepted: accepted ?? defaultPolicy.accepted,
  }
}
