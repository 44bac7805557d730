import type { Key, SliceClaim } from '../../../runs/slice.ts'
import type { SliceName } from '../../slice-ledger.ts'
import type { Session } from './session.ts'

/** Who claims. */
export interface Claimant {
  readonly batch: string
  readonly worker: string
  readonly leaseMs: number
}

interface ClaimedRow {
  readonly number: string
  readonly generation: number
  readonly token: number
  readonly tries: number
  readonly rows: number
  readonly lower: Key | null
  readonly upper: Key
  readonly error: string | null
}

// Nothing is claimed of a batch that rests, or that something makes wait.
const mayGoOn = `exists (select from purser.batches b where b.id = $1 and b.state = 'running' and b.speed > 0)`

const left = 'select (next_slice - greatest($5, low))::float8 from purser.batches where id = $1'

// The session is kept with the claim, so that it can be ended when the lease has. A claim need not be on the disk before
// its slice is begun: the slice's own commit puts it there, and a claim that a crash loses is one that nothing followed.
const take = `
update purser.slices s set state = 1, token = s.token + 1, worker = $2, is_risky = $4,
  lease_until = clock_timestamp() + $3 * interval '1 ms', backend = pg_backend_pid(),
  backend_start = (select backend_start from pg_stat_get_activity(pg_backend_pid()))
from (select set_config('synchronous_commit', 'off', true)) as lazy`

const claimed = 's.number, s.generation, s.token, s.tries, s.rows, s.lower, s.upper, s.error'

/** Claims the next slices that are due, from a number on, passing those that others are about to claim. */
export async function claimSome(
  session: Session,
  { batch, worker, leaseMs }: Claimant,
  {
    from,
    most,
    share,
    isRisky,
  }: { readonly from: number; readonly most: number; readonly share: number; readonly isRisky: boolean },
): Promise<readonly SliceClaim[]> {
  const { rows } = await session.query<ClaimedRow>({
    name: 'purser_claim',
    text: `
      with due as (
        select s.number from purser.slices s
        where s.batch = $1 and s.number >= greatest($5, (select low from purser.batches where id = $1))
          and s.state = 0 and s.due_at <= clock_timestamp() and ${mayGoOn}
        order by s.number limit least($6, greatest(1, ceil($7 * (${left})))) for update skip locked
      )
      ${take} where s.batch = $1 and s.number = any (array(select number from due)) returning ${claimed}`,
    values: [batch, worker, leaseMs, isRisky, from, most, share],
  })
  return inOrder(batch, rows)
}

/**
 * Claims those of these slices that are due, and of these generations. Whoever just notes them as sent is waited for: a
 * slice that was passed by now would have lost its hint.
 */
export async function claimThese(
  session: Session,
  { batch, worker, leaseMs }: Claimant,
  { slices, isRisky }: { readonly slices: readonly SliceName[]; readonly isRisky: boolean },
): Promise<readonly SliceClaim[]> {
  const { rows } = await session.query<ClaimedRow>({
    name: 'purser_claim_these',
    text: `
      with due as (
        select s.number from purser.slices s
        where s.batch = $1 and s.number = any ($5::bigint[])
          and (s.number, s.generation) in (select * from unnest($5::bigint[], $6::int[]))
          and s.state = 0 and s.due_at <= clock_timestamp() and ${mayGoOn}
        order by s.number for update
      )
      ${take} where s.batch = $1 and s.number = any (array(select number from due)) returning ${claimed}`,
    values: [
      ...[batch, worker, leaseMs, isRisky],
      slices.map(({ slice }) => slice),
      slices.map(({ generation }) => generation),
    ],
  })
  return inOrder(batch, rows)
}

/**
 * Keeps claims for another lease, and with them the session that works on them now. Returns the numbers of those that
 * are this worker's no more. What is locked is being committed, and not waited for: the others' leases would run out.
 */
export async function renewClaims(
  session: Session,
  { batch, leaseMs }: Claimant,
  claims: readonly SliceClaim[],
  backend: number | null,
): Promise<readonly number[]> {
  const { rows } = await session.query<{ number: string }>({
    name: 'purser_renew',
    text: `
      with mine as (
        select s.number from purser.slices s
        join unnest($3::bigint[], $4::int[]) as held(number, token) on s.number = held.number and s.token = held.token
        where s.batch = $1 and s.state = 1
      ), free as (
        select s.number from purser.slices s where s.batch = $1 and s.number = any (array(select number from mine))
        for update skip locked
      ), kept as (
        update purser.slices s set lease_until = clock_timestamp() + $2 * interval '1 ms',
          backend = coalesce($5::int, s.backend),
          backend_start = coalesce((select backend_start from pg_stat_get_activity($5::int)), s.backend_start)
        from unnest($3::bigint[], $4::int[]) as held(number, token)
        where s.batch = $1 and s.number = any (array(select number from free)) and s.number = held.number
          and s.token = held.token and s.state = 1
      )
      select number from mine`,
    values: [batch, leaseMs, claims.map(({ slice }) => slice), claims.map(({ token }) => token), backend],
  })
  const kept = new Set(rows.map(({ number }) => Number(number)))
  return claims.map(({ slice }) => slice).filter((slice) => !kept.has(slice))
}

/** Gives back what was not tried. What is at work just now is locked, and goes on. */
export async function giveBack(
  session: Session,
  batch: string,
  claims: readonly SliceClaim[],
): Promise<void> {
  if (claims.length === 0) return
  await session.query({
    name: 'purser_give_back',
    text: `
      with mine as (
        select s.number from purser.slices s, unnest($2::bigint[], $3::int[]) as held(number, token)
        where s.batch = $1 and s.number = held.number and s.token = held.token and s.state = 1
        for update of s skip locked
      ), back as (
        update purser.slices s set state = 0, token = s.token + 1, worker = null, lease_until = null
        from mine where s.batch = $1 and s.number = mine.number returning s.number
      )
      select pg_notify('purser', $1) from back limit 1`,
    values: [batch, claims.map(({ slice }) => slice), claims.map(({ token }) => token)],
  })
}

/** Gives back all that a worker holds, untried. */
export async function giveBackAll(session: Session, { batch, worker }: Claimant): Promise<void> {
  await session.query({
    text: `
      with back as (
        update purser.slices set state = 0, token = token + 1, worker = null, lease_until = null
        where batch = $1 and number >= (select low from purser.batches where id = $1) and worker = $2 and state = 1
        returning number
      )
      select pg_notify('purser', $1) from back limit 1`,
    values: [batch, worker],
  })
}

function inOrder(batch: string, rows: readonly ClaimedRow[]): readonly SliceClaim[] {
  return rows.map((row) => toClaim(batch, row)).sort((a, b) => a.slice - b.slice)
}

function toClaim(batch: string, { number, lower, error, ...rest }: ClaimedRow): SliceClaim {
  return {
    batch,
    slice: Number(number),
    ...rest,
    ...(lower === null ? {} : { lower }),
    ...(error === null ? {} : { error }),
  }
}
