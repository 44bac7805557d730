import type { Client } from 'pg'
import { PurserError, reasonOf } from '../../../core/errors.ts'
import type { Key } from '../../../runs/slice.ts'
import type { BatchDesk, BatchState, BuriedRow, Tally } from '../../slice-ledger.ts'
import { classify, sqlStateOf } from '../sql-state.ts'
import { isThere } from './schema.ts'
import { readTally } from './tally.ts'

/** What may be done to batches over any connection to their database. */
export class PostgresDesk implements BatchDesk {
  readonly #client: Client

  constructor(client: Client) {
    this.#client = client
  }

  move(batch: string, state: BatchState): Promise<BatchState | undefined> {
    return asking(async () => {
      if (!(await isThere(this.#client))) return undefined
      await this.#client.query({
        text: `
        with moved as (
          update purser.batches set state = $2, limiting = null where id = $1 and state in ('running', 'paused')
          returning id
        )
        select pg_notify('purser', id) from moved`,
        values: [batch, state],
      })
      const { rows } = await this.#client.query<{ state: BatchState }>({
        text: 'select state from purser.batches where id = $1',
        values: [batch],
      })
      return rows[0]?.state
    })
  }

  tally(batch: string): Promise<Tally | undefined> {
    return asking(async () => {
      if (!(await isThere(this.#client))) return undefined
      const read = await readTally(this.#client, batch, '1', { rows: 0, slices: 0 })
      return read?.tally
    })
  }

  buried(batch: string, limit: number): Promise<readonly BuriedRow[]> {
    return asking(async () => {
      if (!(await isThere(this.#client))) return []
      const { rows } = await this.#client.query<BuriedRecord>({
        text: `
        select slice, key, error, tries, buried_at as "buriedAt", replayed_at as "replayedAt" from purser.buried
        where batch = $1 order by buried_at, slice limit $2`,
        values: [batch, limit],
      })
      return rows.map(({ slice, buriedAt, replayedAt, ...rest }) => ({
        slice: Number(slice),
        ...rest,
        buriedAt: buriedAt.toISOString(),
        ...(replayedAt === null ? {} : { replayedAt: replayedAt.toISOString() }),
      }))
    })
  }

  replay(batch: string): Promise<number> {
    return asking(async () => {
      if (!(await isThere(this.#client))) return 0
      const { rows } = await this.#client.query<{ replayed: number }>({
        text: `
        with back as (
          update purser.buried set replayed_at = now() where batch = $1 and replayed_at is null
          returning slice, generation, key, lower
        ), numbered as (
          select back.*, row_number() over (order by slice) as n from back
        ), first as (
          update purser.batches set next_slice = next_slice + (select count(*) from numbered)
          where id = $1 returning next_slice - (select count(*) from numbered) as number
        ), added as (
          insert into purser.slices (batch, number, generation, rows, lower, upper)
          select $1, first.number + n - 1, generation + 1, 1, lower, key from numbered, first
        )
        select (select count(*) from numbered)::int as replayed, pg_notify('purser', $1)`,
        values: [batch],
      })
      return rows[0]?.replayed ?? 0
    })
  }
}

/** Says of a database that went away, or that can't be written, that it is so. */
async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof PurserError) throw error
    if (sqlStateOf(error) !== undefined && classify(error) !== 'away') throw error
    throw new PurserError('DATABASE_UNREACHABLE', {
      message: `The batch's database can't be asked or told anything now: ${reasonOf(error)}.`,
      remedy: 'Try again when it is back. Asking twice does no harm.',
      cause: error,
    })
  }
}

interface BuriedRecord {
  readonly slice: string
  readonly key: Key
  readonly error: string
  readonly tries: number
  readonly buriedAt: Date
  readonly replayedAt: Date | null
}
