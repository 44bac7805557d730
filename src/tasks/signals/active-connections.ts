import { count } from '../../core/text.ts'
import { sql } from '../sql.ts'
import type { ThrottleSignal } from '../throttle.ts'
import { numberLimit } from './limits.ts'
import { grantMonitor, notOurs, numberIn, oneRow } from './postgres.ts'

/**
 * How many clients of the database have a statement at work right now, purser's own aside. It can't be read while there
 * are sessions that the role may not see (`pg_monitor` sees all). Throws `TASK_BROKEN` for a `max` that can't be used.
 *
 * @example
 * activeConnections({ max: 40 })
 */
export function activeConnections(options: { readonly max: number }): ThrottleSignal {
  return {
    name: 'active connections',
    unit: '',
    max: numberLimit('activeConnections', options.max),
    async read(context) {
      // What a role may not see has this text for a query, and no state. Autovacuum has no user.
      const row = await oneRow(
        context,
        sql`select
            count(*) filter (where a.backend_type = 'client backend'
              and a.state in ('active', 'fastpath function call'))::float8 as active,
            count(*) filter (where a.query = '<insufficient privilege>')::float8 as hidden
          from pg_stat_activity a
          where a.datname = current_database() and a.usesysid is not null and ${notOurs}`,
      )
      const hidden = numberIn(row, 'hidden')
      if (hidden === 0) return numberIn(row, 'active')
      throw new Error(`the role may not see ${count(hidden, 'session')} of other roles: ${grantMonitor}`)
    },
  }
}
