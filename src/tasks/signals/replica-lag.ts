import { list } from '../../core/text.ts'
import { sql } from '../sql.ts'
import type { SignalContext, ThrottleSignal } from '../throttle.ts'
import { type DurationText, durationLimit } from './limits.ts'
import { memoryOf } from './memory.ts'
import { grantMonitor, numberIn } from './postgres.ts'
import { WalHistory } from './wal-history.ts'

interface ReplicaLagOptions {
  /** What is still good. */
  readonly max: DurationText
  /** Replicas that are meant to be late, by their `application_name`: they are not looked at. */
  readonly except?: readonly string[]
}

interface Replica {
  readonly name: string
  /** How far it has replayed, in bytes from the beginning of all WAL. */
  readonly replayed: number
  /** In milliseconds, as the server tells it; it tells none while nothing moves. */
  readonly lag: number | undefined
}

interface Memory {
  readonly history: WalHistory
  atFirst?: ReadonlyMap<string, number>
}

/**
 * How far the slowest streaming replica is behind in its replay, as the primary sees it; 0 where there is none. It can't
 * be read while a replica is gone that was there at first, or when the role may not see replicas (`pg_monitor` may).
 * Throws `TASK_BROKEN` for a `max` that can't be used.
 *
 * @example
 * replicaLag({ max: '5s', except: ['delayed-by-an-hour'] })
 */
export function replicaLag({ max: most, except = [] }: ReplicaLagOptions): ThrottleSignal {
  const { max, unit, size } = durationLimit('replicaLag', most)
  const memory = memoryOf<Memory>(() => ({ history: new WalHistory() }))
  return {
    name: 'replica lag',
    unit,
    max,
    async read(context) {
      const remembered = memory(context)
      const { written, replicas } = await readReplicas(context, except)
      const now = performance.now()
      const counts = countNames(replicas)
      remembered.atFirst ??= counts
      expectAll(remembered.atFirst, counts)
      remembered.history.note(written, now, Math.min(written, ...replicas.map(({ replayed }) => replayed)))
      return (
        Math.max(0, ...replicas.map((replica) => lagOf(replica, written, remembered.history, now))) / size
      )
    },
  }
}

/** A server goes on telling the last lag of a replica that has caught up, or that says nothing any more. */
function lagOf({ replayed, lag = 0 }: Replica, written: number, history: WalHistory, now: number): number {
  return replayed >= written ? 0 : Math.max(lag, history.age(replayed, now))
}

async function readReplicas(
  { query }: SignalContext,
  except: readonly string[],
): Promise<{ readonly written: number; readonly replicas: readonly Replica[] }> {
  // Logical subscribers confirm when they like, and backups replay nothing.
  const rows = await query(sql`
    select (now.lsn - '0/0'::pg_lsn)::float8 as written, r.pid is not null as found, r.state,
      coalesce(r.application_name, '') as name, (r.replay_lsn - '0/0'::pg_lsn)::float8 as replayed,
      extract(epoch from r.replay_lag)::float8 * 1000 as lag
    from (select pg_current_wal_lsn() as lsn) now
    left join pg_stat_replication r on not exists (
      select from pg_replication_slots s where s.active_pid = r.pid and s.slot_type = 'logical')`)
  const found = rows.filter((row) => row.found === true && !except.includes(String(row.name)))
  if (found.some(({ state }) => state === null)) {
    throw new Error(`the role may not see how far replicas are: ${grantMonitor}`)
  }
  const replicas = found
    .filter(({ replayed }) => replayed !== null)
    .map((row) => ({
      name: String(row.name),
      replayed: numberIn(row, 'replayed'),
      lag: row.lag === null ? undefined : numberIn(row, 'lag'),
    }))
  return { written: numberIn(rows[0] ?? {}, 'written'), replicas }
}

function countNames(replicas: readonly Replica[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { name } of replicas) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** A replica that is gone has no lag to be seen, and may have the largest. */
function expectAll(atFirst: ReadonlyMap<string, number>, counts: ReadonlyMap<string, number>): void {
  const gone = [...atFirst].filter(([name, count]) => (counts.get(name) ?? 0) < count).map(([name]) => name)
  if (gone.length > 0) throw new Error(`replica ${list(gone)} is not connected any more`)
}
