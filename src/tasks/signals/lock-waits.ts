import { sql } from '../sql.ts'
import type { ThrottleSignal } from '../throttle.ts'
import { numberLimit } from './limits.ts'
import { notOurs, numberIn, oneRow } from './postgres.ts'

/**
 * How many sessions of the database wait for a lock right now, purser's own aside, whoever holds it. Every role may read
 * it. Throws `TASK_BROKEN` for a `max` that can't be used.
 *
 * @example
 * lockWaits({ max: 2 })
 */
export function lockWaits(options: { readonly max: number }): ThrottleSignal {
  return {
    name: 'lock waits',
    unit: '',
    max: numberLimit('lockWaits', options.max),
    async read(context) {
      // From pg_locks, since most roles see only of their own sessions what these wait for. Autovacuum has no user.
      const row = await oneRow(
        context,
        sql`select count(distinct l.pid)::float8 as waiting
          from pg_locks l join pg_stat_activity a on a.pid = l.pid
          where not l.granted and a.datname = current_database() and a.usesysid is not null and ${notOurs}`,
      )
      return numberIn(row, 'waiting')
    },
  }
}
