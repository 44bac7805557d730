import type { Client } from 'pg'
import type { Activity } from '../../../inspector.ts'
import { marker } from '../sql.ts'

const behind = { seconds: 10, bytes: 64_000_000 } as const

/** Replicas that have not replayed what was written a while ago, or much of it. */
export async function replicasBehind(client: Client): Promise<readonly Activity[]> {
  const { rows } = await client.query<{ readonly sentence: string }>(question)
  return rows.map(({ sentence }) => ({ kind: 'replica-behind', sentence }))
}

const question = `
  with ${marker} now as (
    select case when pg_is_in_recovery() then pg_last_wal_receive_lsn() else pg_current_wal_lsn() end as lsn
  )
  select format('The replica %s%s is %s bytes%s behind.', coalesce(nullif(r.application_name, ''), r.pid::text),
    coalesce(' at ' || host(r.client_addr), ''), pg_wal_lsn_diff(n.lsn, r.replay_lsn),
    coalesce(' and ' || round(extract(epoch from r.replay_lag)) || ' s', '')) as sentence
  from pg_stat_replication r cross join now n
  where r.replay_lag > interval '${behind.seconds} s' or pg_wal_lsn_diff(n.lsn, r.replay_lsn) > ${behind.bytes}
  order by 1`
