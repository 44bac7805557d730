import type { Client } from 'pg'
import { sqlStateOf } from '../sql-state.ts'
import { end, type Sessions } from './sessions.ts'
import { marker } from './sql.ts'

/** So many are opened at once: a busy machine takes its time for each, and all would wait for all. */
const atOnce = 8
/** Whoever works here needs some as well, the migrator above all. */
const leftToOthers = 20

/**
 * Opens so many sessions; fewer where the server has not enough for others beside them, but one at least. Throws
 * `DATABASE_UNREACHABLE`.
 */
export async function openSome(sessions: Sessions, most: number, name: string): Promise<readonly Client[]> {
  const count = Math.max(1, Math.min(most, await sessions.with(freeSessions)))
  const opened: Client[] = []
  let asked = 0
  const openAll = async () => {
    while (asked < count) {
      asked += 1
      opened.push(await sessions.open(name))
    }
  }
  const openings = await Promise.allSettled(Array.from({ length: Math.min(atOnce, count) }, openAll))
  const failed = openings.find((one) => one.status === 'rejected')
  if (failed !== undefined && (opened.length === 0 || !isFull(failed.reason))) {
    await Promise.all(opened.map(end))
    throw failed.reason
  }
  // somebody else may have looked at the same time, and opened as many
  const tooMany = Math.max(0, -(await sessions.with(freeSessions)))
  await Promise.all(opened.splice(Math.max(1, opened.length - tooMany)).map(end))
  return opened
}

async function freeSessions(client: Client): Promise<number> {
  const { rows } = await client.query<{ readonly free: number }>(
    `select ${marker} current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
       - ${leftToOthers} - (select count(*)::int from pg_stat_activity where datid is not null) as free`,
  )
  return rows[0]?.free ?? 1
}

/** Whether the server, or its role, has no session left. */
function isFull(error: unknown): boolean {
  return sqlStateOf(error instanceof Error ? error.cause : undefined) === '53300'
}
