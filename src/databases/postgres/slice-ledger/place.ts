import type { WorkerPlace } from '../../slice-ledger.ts'
import type { Claimant } from './claims.ts'
import type { Session } from './session.ts'

/** Where a worker stands among those that hold a slice, or did one lately, in the order of their names. */
export async function placeOf(
  session: Session,
  { batch, worker }: Pick<Claimant, 'batch' | 'worker'>,
): Promise<WorkerPlace> {
  const { rows } = await session.query<WorkerPlace>({
    name: 'purser_place',
    text: `
      select (count(*) filter (where others.worker < $2))::int as rank, count(*)::int + 1 as of,
        extract(epoch from clock_timestamp())::float8 * 1000 as "clockMs"
      from (
        select distinct s.worker from purser.slices s
        where s.batch = $1 and s.number >= (select low - ${fewDone} from purser.batches where id = $1)
          and s.worker <> $2 and (s.state = 1 or s.done_at > clock_timestamp() - interval '5 s')
      ) as others`,
    values: [batch, worker],
  })
  return rows[0] ?? { rank: 0, of: 1, clockMs: 0 }
}

// Whoever rests holds nothing where slices are claimed one at a time.
const fewDone = 64
