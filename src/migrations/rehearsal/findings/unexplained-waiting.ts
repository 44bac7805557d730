import { duration } from '../../../core/text.ts'
import type { Evidence } from '../evidence.ts'
import type { Finding } from '../finding.ts'
import type { RehearsalPolicy } from '../policy.ts'
import { limitsOf } from './waiting.ts'

/** Waiting that the timing pass has measured, beyond the limits, and that no finding tells of. */
export function unexplainedWaiting(
  { timing }: Evidence,
  policy: RehearsalPolicy,
  found: readonly Finding[],
): readonly Finding[] {
  if (policy.mode === 'strict') return []
  const told = new Set(found.filter(isAboutWaiting).map(({ table }) => table))
  return [...(timing ?? [])].flatMap(([table, { reads, writes }]): readonly Finding[] => {
    const limits = limitsOf(policy, table)
    if (told.has(table)) return []
    if (reads.longestMs > limits.reads)
      return [describe('blocks_reads_writes', table, 'Readers', reads.longestMs)]
    if (writes !== undefined && writes.longestMs > limits.writes)
      return [describe('blocks_writes', table, 'Writers', writes.longestMs)]
    return []
  })
}

function isAboutWaiting({ hazard, weight }: Finding): boolean {
  return (
    weight === 'fails' &&
    ['table_rewrite', 'blocks_reads_writes', 'blocks_writes', 'long_lock_hold'].includes(hazard)
  )
}

function describe(
  hazard: 'blocks_reads_writes' | 'blocks_writes',
  table: string,
  who: string,
  ms: number,
): Finding {
  return {
    ...{ hazard, weight: 'fails', table },
    evidence: `${who} of ${table} waited for ${duration(ms)} at a time while the migration worked; which of its statements was why, the trace does not show.`,
    remedy: 'See which locks it takes on this table, below, and let what takes long happen without them.',
  }
}
