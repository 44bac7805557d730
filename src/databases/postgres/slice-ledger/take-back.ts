import type { Session } from './session.ts'

interface Held {
  /** Which of the claimed slices; `$1` is the batch, `$2` the reason, and `values` come after them. */
  readonly condition: string
  readonly error: string
  readonly values: readonly string[]
}

/**
 * Takes claims back from workers that are dead or frozen. Their sessions are ended first: what a frozen one left open
 * would hold the rows that the next one needs. A try that was cut short by a death counts where the handler may have
 * been its cause. Returns the workers.
 */
export async function takeBack(
  session: Session,
  batch: string,
  { condition, error, values }: Held,
): Promise<readonly string[]> {
  const held = `s.batch = $1 and s.state = 1 and $2::text is not null and ${condition}`
  const { rows } = await session.query<{ worker: string }>({
    text: `
      select distinct s.worker, pg_terminate_backend(a.pid) from purser.slices s
      left join pg_stat_activity a
        on a.pid = s.backend and a.backend_start = s.backend_start and a.pid <> pg_backend_pid()
      where ${held}`,
    values: [batch, error, ...values],
  })
  if (rows.length === 0) return []
  await session.query({
    text: `
      with back as (
        update purser.slices s set state = 0, token = s.token + 1, tries = s.tries + s.is_risky::int, worker = null,
          lease_until = null, due_at = clock_timestamp(), error = $2
        where ${held} returning s.number
      )
      select pg_notify('purser', $1) from back limit 1`,
    values: [batch, error, ...values],
  })
  return rows.map(({ worker }) => worker)
}
