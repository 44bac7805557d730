import { duration } from '../../../core/text.ts'
import { strengthOf } from '../../../databases/lock-modes.ts'
import type { Evidence } from '../evidence.ts'
import type { Finding } from '../finding.ts'
import { strongest } from '../seen/locks.ts'
import { type KnownLock, type Step, sceneOf } from '../seen/scene.ts'
import { nameOf } from './words.ts'

/**
 * A lock that others wait for, asked for with no lock_timeout or a long one. How long the wait gets depends on who is there in
 * production, not on the size of the table: empty tables count too. What commits by itself waits without being in the way.
 */
export function lockQueue(evidence: Evidence): readonly Finding[] {
  if (evidence.trace === undefined) return []
  const found = new Map<string, Finding>()
  for (const step of sceneOf(evidence.trace).steps) {
    if (step.statement.isAlone || isShort(step)) continue
    for (const lock of waitedFor(step)) {
      const { name } = lock.known
      if (!found.has(name)) found.set(name, describe(lock, step))
    }
  }
  return [...found.values()]
}

/** Who waits this long for a page has not gone yet. In milliseconds. */
const shortTimeoutMs = 5_000

function isShort({ statement: { lockTimeoutMs } }: Step): boolean {
  return lockTimeoutMs > 0 && lockTimeoutMs <= shortTimeoutMs
}

/** The strongest new lock on each table. Partitions that are locked with their table go without saying. */
function waitedFor({ taken, held }: Step): readonly KnownLock[] {
  const blocking = taken.filter((lock) => lock.isOfTable && queues(lock) && !isHeld(lock, held))
  const tables = new Set(blocking.map(({ known }) => known))
  const names = new Set([...tables].map(({ name }) => name))
  return [...tables]
    .filter(({ root }) => root === undefined || !names.has(root))
    .flatMap((known) => strongest(blocking.filter((lock) => lock.known === known)) ?? [])
}

function queues({ blocks, known }: KnownLock): boolean {
  return known.kind === 'materialized view' ? blocks === 'readers and writers' : blocks !== 'nobody'
}

function isHeld(lock: KnownLock, held: readonly KnownLock[]): boolean {
  return held.some(
    ({ relation, mode }) => relation === lock.relation && strengthOf(mode) >= strengthOf(lock.mode),
  )
}

function describe({ known, mode, blocks }: KnownLock, step: Step): Finding {
  const { lockTimeoutMs } = step.statement
  const patience =
    lockTimeoutMs === 0 ? 'without a lock_timeout' : `with a lock_timeout of ${duration(lockTimeoutMs)}`
  return {
    hazard: 'lock_queue',
    weight: 'fails',
    table: known.name,
    statement: step.place,
    evidence: `${nameOf(step)} asked for ${mode} on ${known.name} ${patience}: while it waits for an open transaction, ${blocks} of ${known.name} queue behind it.`,
    remedy: `Begin with SET LOCAL lock_timeout = '2s' (at most ${duration(shortTimeoutMs)}) and try again when it runs out; an index goes by DROP INDEX CONCURRENTLY.`,
  }
}
