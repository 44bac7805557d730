import { count } from '../../../core/text.ts'
import type { Blocks } from '../../../databases/wire.ts'
import type { Evidence } from '../evidence.ts'
import type { Finding } from '../finding.ts'
import type { RehearsalPolicy } from '../policy.ts'
import { strongest } from '../seen/locks.ts'
import { type KnownLock, type KnownWork, type Scene, type Step, sceneOf } from '../seen/scene.ts'
import { remedyForBlockingWork } from './blocking-remedies.ts'
import { waitFor } from './waiting.ts'
import { nameOf, sized, some } from './words.ts'

/** A scan or an index build, as large as a table, under a lock that keeps its readers and writers waiting. */
export function blocksReadsAndWrites(evidence: Evidence, policy: RehearsalPolicy): readonly Finding[] {
  return blockingWork('blocks_reads_writes', 'readers and writers', evidence, policy)
}

/** The same under a lock that lets readers pass. */
export function blocksWrites(evidence: Evidence, policy: RehearsalPolicy): readonly Finding[] {
  return blockingWork('blocks_writes', 'writers', evidence, policy)
}

function blockingWork(
  hazard: 'blocks_reads_writes' | 'blocks_writes',
  blocks: Exclude<Blocks, 'nobody'>,
  evidence: Evidence,
  policy: RehearsalPolicy,
): readonly Finding[] {
  if (evidence.trace === undefined) return []
  const scene = sceneOf(evidence.trace)
  return scene.steps.flatMap((step) =>
    step.works.flatMap((work) => {
      const lock = lockDuring(step, work)
      const deed = deedOf(work)
      if (lock?.blocks !== blocks || deed === undefined || isReplacedTable(work)) return []
      return [describe({ hazard, blocks, lock, deed, step, work }, scene, evidence, policy)]
    }),
  )
}

/** A table that was written anew is told as such. */
function isReplacedTable({ known, replaced }: KnownWork): boolean {
  return replaced !== undefined && known.kind !== 'materialized view'
}

/**
 * The strongest lock on the table itself during the statement. What only reads or changes rows takes no such lock: where one
 * is held then, that is a lock held for long, and told there.
 */
function lockDuring({ taken, held, statement }: Step, { known }: KnownWork): KnownLock | undefined {
  const own = isPlainWork(statement.tag) ? taken : [...taken, ...held]
  const lock = strongest(own.filter((one) => one.known === known && one.isOfTable))
  // nobody writes to a materialized view
  return known.kind === 'materialized view' && lock?.blocks === 'writers' ? undefined : lock
}

const plainWork = new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY', 'FETCH', 'ANALYZE'])

/** Whether the server calls it something that reads or changes rows. */
function isPlainWork(tag: string | undefined): boolean {
  return plainWork.has(tag?.split(' ')[0] ?? '')
}

/** What was as large as the table. */
function deedOf({ known, rowsThen, scanned, built, replaced }: KnownWork): string | undefined {
  if (known.kind === 'materialized view' && replaced !== undefined && known.rows > 0) return 'filled it anew'
  if (rowsThen === 0) return undefined
  if (built.length > 0) return `built ${count(built.length, 'index', 'indexes')} of it (${some(built)})`
  return scanned >= rowsThen ? `read ${count(scanned, 'row')} of it` : undefined
}

interface Seen {
  readonly hazard: 'blocks_reads_writes' | 'blocks_writes'
  readonly blocks: Exclude<Blocks, 'nobody'>
  readonly lock: KnownLock
  readonly deed: string
  readonly step: Step
  readonly work: KnownWork
}

function describe(seen: Seen, scene: Scene, evidence: Evidence, policy: RehearsalPolicy): Finding {
  const { hazard, blocks, lock, deed, step, work } = seen
  const wait = waitFor(work.known, blocks, step.statement.ms, evidence, policy)
  return {
    hazard,
    weight: wait.weight,
    table: work.known.name,
    statement: step.place,
    evidence: `${nameOf(step)} ${deed} while it held ${lock.mode} on ${sized(work.known)}: ${blocks} waited ${wait.words}.`,
    remedy: remedyForBlockingWork(work, step, scene),
  }
}
