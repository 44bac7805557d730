import type { Evidence } from '../evidence.ts'
import { type Finding, type Hazard, hazards } from '../finding.ts'
import type { RehearsalPolicy } from '../policy.ts'
import { bloat } from './bloat.ts'
import { blocksReadsAndWrites, blocksWrites } from './blocking-work.ts'
import { breaksClients } from './breaks-clients.ts'
import { dataLoss } from './data-loss.ts'
import { failsAlways, failsOnData } from './failures.ts'
import { lockQueue } from './lock-queue.ts'
import { longLockHold } from './long-lock-hold.ts'
import { missingFkIndex } from './missing-fk-index.ts'
import { noEffect } from './no-effect.ts'
import { deadlockRisk, notRepeatable, notUndone } from './other-passes.ts'
import { partialApply } from './partial-apply.ts'
import { semanticChange } from './semantic-change.ts'
import { tableRewrite } from './table-rewrite.ts'
import { unexplainedWaiting } from './unexplained-waiting.ts'
import { weakenedIntegrity } from './weakened-integrity.ts'

type Look = (evidence: Evidence, policy: RehearsalPolicy) => readonly Finding[]

const looks: Readonly<Record<Hazard, Look>> = {
  table_rewrite: tableRewrite,
  blocks_reads_writes: blocksReadsAndWrites,
  blocks_writes: blocksWrites,
  lock_queue: lockQueue,
  long_lock_hold: longLockHold,
  bloat,
  missing_fk_index: missingFkIndex,
  fails_on_data: failsOnData,
  fails_always: failsAlways,
  partial_apply: partialApply,
  no_effect: noEffect,
  data_loss: dataLoss,
  breaks_clients: breaksClients,
  weakened_integrity: weakenedIntegrity,
  semantic_change: semanticChange,
  deadlock_risk: deadlockRisk,
  not_undone: notUndone,
  not_repeatable: notRepeatable,
}

/** All that the evidence shows: first what fails, in the order of the hazards, then what is only worth knowing. */
export function findingsOf(evidence: Evidence, policy: RehearsalPolicy): readonly Finding[] {
  const seen = Object.values(looks).flatMap((look) => look(evidence, policy))
  const found = [...seen, ...unexplainedWaiting(evidence, policy, seen)]
  const order = Object.keys(hazards)
  return found.toSorted(
    (one, other) =>
      Number(one.weight === 'notes') - Number(other.weight === 'notes') ||
      order.indexOf(one.hazard) - order.indexOf(other.hazard),
  )
}
