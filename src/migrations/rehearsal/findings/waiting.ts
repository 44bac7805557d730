import { duration } from '../../../core/text.ts'
import type { Blocks } from '../../../databases/wire.ts'
import type { Evidence } from '../evidence.ts'
import type { Finding } from '../finding.ts'
import type { Blocked, RehearsalPolicy } from '../policy.ts'
import type { KnownTable } from '../seen/tables.ts'

type Blocking = Exclude<Blocks, 'nobody'>

/** For how long a table was kept from whom, and whether that counts. */
export interface Wait {
  readonly weight: Finding['weight']
  /** Ends a sentence: `for 3.2 s, of which readers may wait 200 ms`. */
  readonly words: string
}

/**
 * How long a lock kept others waiting. `ms` is how long the trace saw it held: with all its watching it is slower than what
 * the timing pass has measured, which tells no statements apart. The shorter of the two is what this lock can have cost.
 */
export function waitFor(
  known: KnownTable,
  blocks: Blocking,
  ms: number,
  { timing }: Evidence,
  policy: RehearsalPolicy,
): Wait {
  const measured = timing?.get(known.name)
  const limits = limitsOf(policy, known.name)
  const reads = blocks === 'writers' ? 0 : Math.min(ms, measured?.reads.longestMs ?? ms)
  const writes = Math.min(ms, measured?.writes?.longestMs ?? ms)
  const longest = Math.max(reads, writes)
  if (policy.mode === 'strict') return { weight: 'fails', words: `for ${duration(longest)} here` }
  if (reads > limits.reads)
    return {
      weight: 'fails',
      words: `for ${duration(reads)}, of which readers may wait ${duration(limits.reads)}`,
    }
  if (writes > limits.writes)
    return {
      weight: 'fails',
      words: `for ${duration(writes)}, of which writers may wait ${duration(limits.writes)}`,
    }
  return { weight: 'notes', words: `for ${duration(longest)}, which is within its limits` }
}

/** How long readers and writers of a table may wait. */
export function limitsOf({ maxBlockedMs, tables }: RehearsalPolicy, table: string): Blocked {
  return { ...maxBlockedMs, ...tables[table] }
}
