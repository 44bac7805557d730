import type { Session } from './session.ts'

interface Held {
  /** Which of the claimed slices `s`, and of their sessions `a`; `$1` is the batch, and `values` come after it. */
  readonly condition: string
  readonly error: string
  readonly values: readonly string[]
}

interface Found {
  readonly number: string
  readonly token: number
  readonly worker: string
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
  const { rows } = await session.query<Found>({
    text: `
      select s.number, s.token, s.worker, pg_terminate_backend(a.pid) from purser.slices s
      left join pg_stat_activity a
        on a.pid = s.backend and a.backend_start = s.backend_start and a.pid <> pg_backend_pid()
      where s.batch = $1 and s.state = 1 and ${condition}`,
    values: [batch, ...values],
  })
  if (rows.length === 0) return []
  // those and no others: the session of one whose lease ended just now was not ended
  await session.query({
    text: `
      with back as (
        update purser.slices s set state = 0, token = s.token + 1, tries = s.tries + s.is_risky::int, worker = null,
          lease_until = null, due_at = clock_timestamp(), error = $2
        from unnest($3::bigint[], $4::int[]) as held(number, token)
        where s.batch = $1 and s.number = held.number and s.token = held.token and s.state = 1 returning s.number
      )
      select pg_notify('purser', $1) from back limit 1`,
    values: [batch, error, rows.map(({ number }) => number), rows.map(({ token }) => token)],
  })
  return [...new Set(rows.map(({ worker }) => worker))]
}
