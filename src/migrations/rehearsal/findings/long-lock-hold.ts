import { count, duration } from '../../../core/text.ts'
import type { Evidence, TraceEvidence } from '../evidence.ts'
import type { Finding } from '../finding.ts'
import type { RehearsalPolicy } from '../policy.ts'
import { strongest, whoWaits } from '../seen/locks.ts'
import { type KnownLock, type Scene, type Step, sceneOf } from '../seen/scene.ts'
import type { KnownTable } from '../seen/tables.ts'
import { limitsOf, type Wait, waitFor } from './waiting.ts'
import { nameOf, sized } from './words.ts'

/** Work of a statement while locks of earlier statements of its transaction keep others waiting. */
interface Hold {
  readonly lock: KnownLock
  readonly by: Step
  /** What went on meanwhile: of all the statements, the one that took longest. */
  readonly slowest: Step
  readonly ms: number
  readonly deed: string
}

/** A lock that was taken for something quick and held while something slow went on. */
export function longLockHold(evidence: Evidence, policy: RehearsalPolicy): readonly Finding[] {
  if (evidence.trace === undefined) return []
  const scene = sceneOf(evidence.trace)
  const worst = new Map<KnownTable, Hold>()
  for (const during of heldTogether(scene)) {
    const hold = holdOf(during, scene, evidence, policy)
    const other = hold && worst.get(hold.lock.known)
    if (hold !== undefined && hold.ms > (other?.ms ?? -1)) worst.set(hold.lock.known, hold)
  }
  return [...worst.values()].map((hold) => describe(hold, evidence, policy))
}

interface HeldDuring {
  readonly step: Step
  readonly lock: KnownLock
}

/** The statements during which one transaction held one table, for each of these pairs. */
function heldTogether({ steps }: Scene): Iterable<readonly HeldDuring[]> {
  const together = new Map<string, HeldDuring[]>()
  for (const step of steps) {
    const byTable = new Map<KnownTable, KnownLock>()
    for (const lock of step.held.filter((one) => one.isOfTable && blocks(one)))
      byTable.set(lock.known, strongest([lock, byTable.get(lock.known) ?? lock]) ?? lock)
    for (const [known, lock] of byTable) {
      const key = `${step.transaction} ${known.name}`
      const those = together.get(key) ?? []
      those.push({ step, lock })
      together.set(key, those)
    }
  }
  return together.values()
}

/** What went on while a table was held, where some of it counts. */
function holdOf(
  during: readonly HeldDuring[],
  { steps, trace }: Scene,
  evidence: Evidence,
  policy: RehearsalPolicy,
): Hold | undefined {
  const ms = during.reduce((sum, { step }) => sum + step.statement.ms, 0)
  const slow = during.flatMap(({ step, lock }) => {
    const deed =
      largeDeedOf(step, trace) ??
      slownessOf(step, lock, evidence, policy) ??
      lengthOf(ms, during.length, lock.known, policy)
    return deed === undefined ? [] : [{ step, lock, deed }]
  })
  const worst = slow.toSorted((one, other) => other.step.statement.ms - one.step.statement.ms)[0]
  const by = worst && takenBy(worst.lock, worst.step.transaction, steps)
  if (worst === undefined || by === undefined) return undefined
  return { lock: worst.lock, by, slowest: worst.step, ms, deed: worst.deed }
}

function blocks({ blocks, known }: KnownLock): boolean {
  return known.kind === 'materialized view' ? blocks === 'readers and writers' : blocks !== 'nobody'
}

function takenBy(lock: KnownLock, transaction: string, steps: readonly Step[]): Step | undefined {
  return steps.find(
    (step) =>
      step.transaction === transaction &&
      step.taken.some(({ relation, mode }) => relation === lock.relation && mode === lock.mode),
  )
}

/** Fewer rows are no work to speak of, also for a strict policy. */
const fewRows = 100
/** What takes so long in a clone that may be small is slow. */
const slowMs = 250

/** What a statement did that grows with the data. */
function largeDeedOf({ works, statement }: Step, { historyTables }: TraceEvidence): string | undefined {
  for (const { known, scanned, built, replaced, rowsThen } of works) {
    if (rowsThen < fewRows) continue
    if (scanned >= rowsThen) return `read ${count(scanned, 'row')} of ${known.name}`
    if (built.length > 0) return `built an index of ${known.name}`
    if (replaced !== undefined && replaced.bytes > 0) return `wrote ${known.name} anew`
  }
  for (const [table, { inserted, updated, deleted }] of statement.tables) {
    const written = inserted + updated + deleted
    if (written >= fewRows && !historyTables.includes(table))
      return `wrote ${count(written, 'row')} of ${table}`
  }
  return undefined
}

/** A statement that took long, whatever it was: any is slow once on a machine that is busy, and not while it is timed too. */
function slownessOf(
  { statement: { ms } }: Step,
  { known, blocks }: KnownLock,
  { timing }: Evidence,
  { mode }: RehearsalPolicy,
): string | undefined {
  const { reads, writes } = timing?.get(known.name) ?? {}
  const unmeasured = blocks === 'writers' || reads === undefined ? ms : 0
  const waited = Math.max(reads?.longestMs ?? 0, writes?.longestMs ?? unmeasured)
  return mode === 'strict' && Math.min(ms, waited) > slowMs ? `took ${duration(ms)}` : undefined
}

/** Many quick statements are slow as well, where time is what counts. */
function lengthOf(
  ms: number,
  statements: number,
  known: KnownTable,
  policy: RehearsalPolicy,
): string | undefined {
  if (policy.mode === 'strict' || ms <= limitsOf(policy, known.name).reads) return undefined
  return `was one of ${count(statements, 'statement')} that took ${duration(ms)}`
}

function describe(
  { lock, by, slowest, ms, deed }: Hold,
  evidence: Evidence,
  policy: RehearsalPolicy,
): Finding {
  const who = lock.blocks === 'nobody' ? 'writers' : lock.blocks
  const wait: Wait = waitFor(lock.known, who, ms, evidence, policy)
  return {
    hazard: 'long_lock_hold',
    weight: wait.weight,
    table: lock.known.name,
    statement: slowest.place,
    evidence: `${lock.mode} on ${sized(lock.known)}, taken by statement ${by.place + 1}, was still held when ${nameOf(slowest).replace('S', 's')} ${deed}: ${whoWaits(who)} waited ${wait.words}.`,
    remedy:
      'Put what is slow into a migration of its own: the quick statement alone in its transaction, with a short lock_timeout; VALIDATE CONSTRAINT, backfills (in batches, as a batch task) and reports after it has committed.',
  }
}
