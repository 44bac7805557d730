import type { Evidence } from '../evidence.ts'
import type { Finding } from '../finding.ts'
import { hasFailed } from './failures.ts'
import { some } from './words.ts'

/** The application and the migration waited for each other. */
export function deadlockRisk({ crowd }: Evidence): readonly Finding[] {
  return (crowd?.deadlocks ?? []).map(({ first, second, statement }) => ({
    hazard: 'deadlock_risk',
    weight: 'fails',
    table: first,
    statement,
    evidence: `Statement ${statement + 1} deadlocked with the application's own work on ${first} and ${second}: they take their locks in opposite orders.`,
    remedy:
      'Let each transaction lock one table only, or lock all at its start in the order in which the application does (LOCK TABLE … with a short lock_timeout), and try again when it runs out.',
  }))
}

/** Its way back fails, or leads elsewhere. */
export function notUndone({ undo }: Evidence): readonly Finding[] {
  if (undo === undefined || (undo.end.code === 0 && undo.left.length === 0)) return []
  const evidence =
    undo.end.code === 0
      ? `The way back left something different: ${some(undo.left, 5)}.`
      : `The way back ended with ${undo.end.code}.`
  return [
    {
      ...{ hazard: 'not_undone', weight: 'fails', evidence },
      remedy:
        'Write the way back so that it ends where the migration began, or say that there is none: an honest mistake is mended by a new migration.',
    },
  ]
}

/** A second run fails, or changes something again. Without a history that is known nobody expects it to know. */
export function notRepeatable({ twice, trace }: Evidence): readonly Finding[] {
  if (twice === undefined || trace === undefined || hasFailed(trace)) return []
  if (twice.end.code === 0 && twice.isFixedPoint) return []
  return [
    {
      hazard: 'not_repeatable',
      weight: trace.historyTables.length > 0 ? 'fails' : 'notes',
      evidence:
        twice.end.code === 0
          ? 'A second run changed something again, where nothing was left to be done.'
          : `A second run ended with ${twice.end.code}, where nothing was left to be done.`,
      remedy:
        'See that what was applied is recorded in the transaction that applies it; what runs each time (a seed, a repeatable migration) must find its work done: ON CONFLICT DO NOTHING, CREATE OR REPLACE.',
    },
  ]
}
