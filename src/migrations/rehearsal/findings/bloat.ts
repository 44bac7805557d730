import { count } from '../../../core/text.ts'
import type { Evidence } from '../evidence.ts'
import type { Finding } from '../finding.ts'
import type { RehearsalPolicy } from '../policy.ts'
import { type KnownWork, type Step, sceneOf } from '../seen/scene.ts'
import { nameOf, sized } from './words.ts'

/** From which size on a table is large: a clone that may be small stands for one that is. */
const largeFrom = { strict: 1_000, measured: 100_000 } as const
/** So many rows are many, whatever share of the table they are. */
const manyRows = 1_000_000

/**
 * At least half of a large table's rows updated before one commit: each leaves a dead row, and none of them can be used again
 * meanwhile. Statements of one transaction count together.
 */
export function bloat(evidence: Evidence, { mode }: RehearsalPolicy): readonly Finding[] {
  if (evidence.trace === undefined) return []
  const updated = new Map<string, number>()
  const found = new Map<string, Finding>()
  for (const step of sceneOf(evidence.trace).steps) {
    for (const work of step.works) {
      const key = `${step.transaction} ${work.known.name}`
      const rows = (updated.get(key) ?? 0) + work.updated
      updated.set(key, rows)
      if (work.updated > 0 && isMost(rows, work) && work.rowsThen >= largeFrom.strict && !found.has(key))
        found.set(key, describe(rows, work, step, mode))
    }
  }
  return [...found.values()]
}

function isMost(updated: number, { rowsThen }: KnownWork): boolean {
  return updated >= manyRows || updated * 2 >= rowsThen
}

function describe(
  updated: number,
  { known, rowsThen }: KnownWork,
  step: Step,
  mode: RehearsalPolicy['mode'],
): Finding {
  return {
    hazard: 'bloat',
    weight: rowsThen >= largeFrom[mode] ? 'fails' : 'notes',
    table: known.name,
    statement: step.place,
    evidence: `By ${nameOf(step).replace('S', 's')}, its transaction had updated ${count(updated, 'row')} of ${sized(known)}: as many dead rows, in the table and in its indexes, before anything can be vacuumed.`,
    remedy:
      'Update in batches that each commit (a batch task), so that vacuum keeps up; a constant for all rows is the default of a new column, which writes none.',
  }
}
