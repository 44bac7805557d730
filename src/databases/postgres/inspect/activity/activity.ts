import type { Client } from 'pg'
import type { Activity, Lacking } from '../../../inspector.ts'
import { marker, quoted } from '../sql.ts'
import { migratorLocks } from './migrator-locks.ts'
import { otherSessions } from './other-sessions.ts'
import { replicasBehind } from './replicas.ts'

/** What goes on beside the sessions of these processes, and what of it the role may not see. */
export async function readActivity(
  client: Client,
  mine: readonly number[],
): Promise<{ readonly activities: readonly Activity[]; readonly lacking: readonly Lacking[] }> {
  const sessions = await otherSessions(client, mine)
  const locks = await migratorLocks(client, mine)
  const replicas = await replicasBehind(client)
  return { activities: [...sessions, ...locks, ...replicas], lacking: await unseen(client) }
}

async function unseen(client: Client): Promise<readonly Lacking[]> {
  const { rows } = await client.query<{ readonly own: string; readonly isHidden: boolean }>(
    `select ${marker} current_user::text as own, not pg_has_role('pg_read_all_stats', 'usage') and (
       exists (select from pg_stat_activity where query = '<insufficient privilege>')
       or exists (select from pg_stat_replication where state is null)) as "isHidden"`,
  )
  const [row] = rows
  if (row?.isHidden !== true) return []
  return [
    {
      what: "the right to see other roles' transactions, and backups and replicas",
      grant: `GRANT pg_monitor TO ${quoted(row.own)}`,
    },
  ]
}
