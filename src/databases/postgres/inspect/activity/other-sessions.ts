import type { Client } from 'pg'
import type { Activity } from '../../../inspector.ts'
import { marker } from '../sql.ts'

/** How long a transaction may be open before it is named, in seconds. */
const longSeconds = 30

interface Found {
  readonly kind: Activity['kind']
  readonly sentence: string
}

/** Transactions, backups, dumps and migrators among the sessions; `mine` are left out. */
export async function otherSessions(client: Client, mine: readonly number[]): Promise<readonly Activity[]> {
  const { rows } = await client.query<Found>(question, [mine])
  return rows
}

const since = (moment: string) => `format('%s s', round(extract(epoch from clock_timestamp() - ${moment})))`
const who = `format('process %s%s%s', a.pid, coalesce(' of ' || quote_ident(a.usename), ''),
  coalesce(' (' || nullif(a.application_name, '') || ')', ''))`

const isDump = `a.application_name ~ '^pg_dump'`
const isBackup = `a.query ~* '\\mpg_(backup_start|start_backup)\\s*\\('`
const isMigrator = `a.application_name ~* '\\m(flyway|liquibase|alembic|dbmate|sqitch|goose|atlas|migrat\\w*|purser migrator.*)\\M'`

const question = `
  with ${marker} other as (
    select * from pg_stat_activity a where a.pid <> all ($1::int[]) and a.backend_type = 'client backend'
  ), here as (select * from other a where a.datname = current_database())
  select 'long-transaction' as kind, format('%s has a transaction open for %s, and is %s.', ${who}, ${since('a.xact_start')}, a.state) as sentence
  from here a where a.xact_start < clock_timestamp() - interval '${longSeconds} s' and not ${isDump}
  union all
  select 'long-transaction', format('The prepared transaction %L of %I has been waiting for its end for %s.', p.gid, p.owner, ${since('p.prepared')})
  from pg_prepared_xacts p where p.database = current_database() and p.prepared < clock_timestamp() - interval '${longSeconds} s'
  union all
  select 'dump', format('%s has been dumping this database for %s.', ${who}, ${since('a.backend_start')}) from here a where ${isDump}
  union all
  select 'migrator', format('%s looks like another migrator and is %s, connected for %s.', ${who}, coalesce(a.state, 'of unknown state'), ${since('a.backend_start')})
  from here a where ${isMigrator}
  union all
  select 'backup', format('%s has begun a backup of the server, %s ago.', ${who}, ${since('a.query_start')}) from other a where ${isBackup}
  union all
  select 'backup', format('Process %s is copying the server for a backup: %s, %s of %s bytes.', b.pid, b.phase, b.backup_streamed, coalesce(b.backup_total::text, 'unknown'))
  from pg_stat_progress_basebackup b
  union all
  select 'vacuum-to-prevent-wraparound', format('Autovacuum works on %s to prevent wraparound, for %s: it does not make way.', v.relid::regclass, ${since('a.xact_start')})
  from pg_stat_progress_vacuum v join pg_stat_activity a on a.pid = v.pid
  where v.datname = current_database() and a.query like '%(to prevent wraparound)'
  order by 1, 2`
