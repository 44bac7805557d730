import { setTimeout as delay } from 'node:timers/promises'
import type { Brake } from '../../inspector.ts'
import { end, type Sessions } from './sessions.ts'

const everyMs = 5

interface State {
  readonly isAtWork: boolean
  /** It waits for a transaction that is older than what it has done so far. */
  readonly isHeld: boolean
  /** It builds an index, at the end of which it waits. */
  readonly isBuilding: boolean
}

/**
 * Keeps an old snapshot: before it marks an index as valid, `CREATE INDEX CONCURRENTLY` waits for all that are older
 * (PostgreSQL's manual, "Building Indexes Concurrently"), and so does `REINDEX CONCURRENTLY`.
 */
export async function takeBrake(sessions: Sessions): Promise<Brake> {
  const client = await sessions.open('purser brake')
  await client.query('begin isolation level repeatable read; select 1')
  return {
    async caught(session, ms, signal) {
      let since: number | undefined
      while (true) {
        const state = await sessions.with((other) => stateOf(other, Number(session)))
        if (state.isHeld) return
        if (state.isAtWork) since ??= performance.now()
        if (since !== undefined && !state.isBuilding && performance.now() - since >= ms) return
        await delay(everyMs, undefined, { signal })
      }
    },
    [Symbol.asyncDispose]: () => end(client),
  }
}

async function stateOf(client: Awaited<ReturnType<Sessions['open']>>, process: number): Promise<State> {
  const { rows } = await client.query<State>(
    `select a.state = 'active' as "isAtWork", coalesce(a.wait_event = 'virtualxid', false) as "isHeld",
       exists (select from pg_catalog.pg_stat_progress_create_index p where p.pid = a.pid) as "isBuilding"
     from pg_catalog.pg_stat_activity a where a.pid = $1`,
    [process],
  )
  return rows[0] ?? { isAtWork: false, isHeld: false, isBuilding: false }
}
