import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import type { MigratorLock } from '../../inspector.ts'
import { end, type Sessions } from './sessions.ts'
import { marker } from './sql.ts'

// Any number that nobody else uses.
const key = 7_243_301_176
const prefix = 'purser migrator '
const heartbeat = { everyMs: 5_000, answerWithinMs: 15_000 } as const

/** Takes it for as long as a session of its own lives; others read in the server's lists who holds it. */
export async function lockForMigrator(
  sessions: Sessions,
  holder: string,
): Promise<MigratorLock | { readonly heldBy: string }> {
  const client = await sessions.open(`${prefix}${holder}`)
  try {
    const heldBy = await take(client)
    if (heldBy === undefined) return watched(client)
    await end(client)
    return { heldBy }
  } catch (error) {
    await end(client)
    throw error
  }
}

/** Whoever held it may be gone before it is known who it was. */
async function take(client: Client, tries = 3): Promise<string | undefined> {
  const { rows } = await client.query<{ readonly taken: boolean }>(
    `select pg_try_advisory_lock(${key}) as taken`,
  )
  if (rows[0]?.taken === true) return undefined
  const found = await client.query<{ readonly name: string; readonly pid: number }>(holderQuestion)
  const [found1] = found.rows
  if (found1 === undefined) return tries > 1 ? take(client, tries - 1) : 'a session that is gone again'
  const { name, pid } = found1
  return name.startsWith(prefix) ? name.slice(prefix.length) : `process ${pid} of the server`
}

const holderQuestion = `
  select ${marker} coalesce(a.application_name, '') as name, l.pid
  from pg_locks l left join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.granted and l.objsubid = 1
    and ((l.classid::bigint << 32) | l.objid::bigint) = ${key}
    and l.database = (select oid from pg_database where datname = current_database())`

function watched(client: Client): MigratorLock {
  const lost = new AbortController()
  const over = new AbortController()
  const lose = () => {
    over.abort()
    lost.abort()
  }
  client.once('end', lose)
  client.once('error', lose)
  void beat(client, over.signal).catch(lose)
  return {
    lost: lost.signal,
    async [Symbol.asyncDispose]() {
      client.off('end', lose)
      client.off('error', lose)
      over.abort()
      await end(client)
    },
  }
}

/** Asks now and then, since a connection may go silent without an end. Rejects when it has. */
async function beat(client: Client, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await delay(heartbeat.everyMs, undefined, { signal: over, ref: false }).catch(() => {})
    if (over.aborted) return
    const late = delay(heartbeat.answerWithinMs, 'late', { signal: over, ref: false }).catch(() => 'over')
    const answer = await Promise.race([client.query('select 1'), late])
    if (answer === 'late') throw new Error('The server does not answer.')
  }
}
