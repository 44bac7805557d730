import type { QueryConfig } from 'pg'
import type { BatchState, Tally } from '../../slice-ledger.ts'

/** What slices that never change again add up to. */
export interface Folded {
  readonly rows: number
  readonly slices: number
}

interface TallyRow {
  readonly state: BatchState
  readonly isPlanned: boolean
  readonly plannedRows: string
  readonly estimatedRows: string
  readonly low: string
  readonly rows: string
  readonly slices: string
  readonly foldedRows: string
  readonly foldedSlices: string
  readonly claimed: string
  readonly waiting: string
  readonly buried: string
  readonly error: string | null
  readonly limiting: string | null
  readonly rowMs: number | null
  readonly nextDueMs: number | null
}

// Only slices from `low` on are read: the cost follows what is at work, not what was done.
const text = `
with b as (select * from purser.batches where id = $1),
low as (
  select coalesce(
    (select number from purser.slices where batch = $1 and number >= $2 and state < 2 order by number limit 1),
    (select next_slice from b)) as number
),
sums as (
  select
    coalesce(sum(rows) filter (where state = 2), 0) as rows,
    count(*) filter (where state = 2) as slices,
    coalesce(sum(rows) filter (where state = 2 and s.number < low.number), 0) as folded_rows,
    count(*) filter (where state = 2 and s.number < low.number) as folded_slices,
    count(*) filter (where state = 1) as claimed,
    count(*) filter (where state = 0) as waiting,
    max(error) filter (where state = 0 and error is not null) as error,
    min(extract(epoch from due_at - clock_timestamp()) * 1000)
      filter (where state = 0 and due_at > clock_timestamp()) as next_due_ms
  from purser.slices s, low where batch = $1 and s.number >= $2
)
select b.state, b.limiting, b.row_ms as "rowMs", b.is_planned as "isPlanned", b.planned_rows as "plannedRows", b.estimated_rows as "estimatedRows",
  low.number as low, sums.rows, sums.slices, folded_rows as "foldedRows", folded_slices as "foldedSlices",
  claimed, waiting, error, next_due_ms::float as "nextDueMs",
  (select count(*) from purser.buried where batch = $1 and replayed_at is null) as buried
from b, low, sums`

/** A session, or any client. */
interface Connection {
  query<R extends Record<string, unknown>>(config: QueryConfig): Promise<{ readonly rows: readonly R[] }>
}

/** Counts a batch from `low` on, upon what was folded before. */
export async function readTally(
  connection: Connection,
  batch: string,
  from: string,
  before: Folded,
): Promise<{ readonly tally: Tally; readonly low: string; readonly folded: Folded } | undefined> {
  const { rows } = await connection.query<TallyRow & Record<string, unknown>>({
    name: 'purser_tally',
    text,
    values: [batch, from],
  })
  const [found] = rows
  if (found === undefined) return undefined
  const planned = Number(found.plannedRows)
  const tally = {
    state: found.state,
    rows: before.rows + Number(found.rows),
    slices: before.slices + Number(found.slices),
    buried: Number(found.buried),
    claimed: Number(found.claimed),
    waiting: Number(found.waiting),
    totalRows: found.isPlanned ? planned : Math.max(planned, Number(found.estimatedRows)),
    isPlanned: found.isPlanned,
    ...(found.error === null ? {} : { error: found.error }),
    ...(found.limiting === null ? {} : { limiting: found.limiting }),
    ...(found.rowMs === null ? {} : { rowMs: found.rowMs }),
    ...(found.nextDueMs === null ? {} : { nextDueMs: found.nextDueMs }),
  }
  const folded = {
    rows: before.rows + Number(found.foldedRows),
    slices: before.slices + Number(found.foldedSlices),
  }
  return { tally, low: found.low, folded }
}
