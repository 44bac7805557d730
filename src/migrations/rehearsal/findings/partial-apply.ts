import type { DyingEvidence, Evidence, TraceEvidence } from '../evidence.ts'
import type { Finding } from '../finding.ts'
import { changesOf, newlyInvalid } from './effects.ts'
import { hasFailed } from './failures.ts'
import { some } from './words.ts'

const remedy =
  'Let the whole migration be one transaction. What can’t be in one (CREATE INDEX CONCURRENTLY, batches) gets a migration of its own, written so that it can be run again: DROP INDEX IF EXISTS before the build.'

/** It leaves a part of its work behind, and what is left can’t be finished by running it again. */
export function partialApply(evidence: Evidence): readonly Finding[] {
  const { trace, dying = [] } = evidence
  if (trace === undefined) return []
  return [...afterFailure(trace, evidence), ...dying.flatMap((death) => afterDeath(death, trace))]
}

function afterFailure(trace: TraceEvidence, { twice }: Evidence): readonly Finding[] {
  if (!hasFailed(trace)) return []
  const changes = changesOf(trace)
  if (changes.length === 0) return []
  const invalid = newlyInvalid(trace)
  const wreck =
    invalid.length === 0 ? '' : ` ${some(invalid)} ${invalid.length === 1 ? 'is' : 'are'} not valid.`
  const [weight, again] = whatFollows(trace, twice)
  return [
    {
      hazard: 'partial_apply',
      weight: invalid.length > 0 ? 'fails' : weight,
      evidence: `It failed and left what it had done until then: ${some(changes)}.${wreck}${again}`,
      remedy,
    },
  ]
}

function whatFollows(
  trace: TraceEvidence,
  twice: Evidence['twice'],
): readonly [weight: Finding['weight'], sentence: string] {
  if (twice === undefined) return [leftHistory(trace) ? 'notes' : 'fails', '']
  // what failed for a reason succeeds only because of what was left
  if (twice.end.code === 0) return ['fails', ' A second run said that it succeeded.']
  if (twice.failsElsewhere) return ['fails', ' A second run failed at another statement.']
  return ['notes', ' A second run came as far as the first.']
}

/** A set of migrations of which some were applied and recorded goes on where it failed. */
function leftHistory({ statements, historyTables }: TraceEvidence): boolean {
  return statements.some(({ tables }) =>
    historyTables.some((table) => (tables.get(table)?.inserted ?? 0) > 0),
  )
}

function afterDeath(
  { at, isFinished, end, differing = [] }: DyingEvidence,
  trace: TraceEvidence,
): readonly Finding[] {
  if (isFinished) return []
  // without a history that is known, nobody expects that it can tell where it was
  const knowsWhere = trace.historyTables.length > 0
  const again = end.code === 0 ? 'a second run said that it succeeded' : `a second run ended with ${end.code}`
  const other =
    differing.length === 0 ? '' : `, and what is there is another than where nobody died: ${some(differing)}`
  return [
    {
      hazard: 'partial_apply',
      weight: knowsWhere ? 'fails' : 'notes',
      evidence: `Killed ${at}, it was not finished by running it again: ${again}${other}.${knowsWhere ? '' : ' No history of its tool is known.'}`,
      remedy,
    },
  ]
}
