import { setTimeout as pause } from 'node:timers/promises'
import { sql } from '../sql.ts'
import type { SignalContext, ThrottleSignal } from '../throttle.ts'
import { type ByteRateText, byteRateLimit } from './limits.ts'
import { memoryOf } from './memory.ts'
import { numberIn, oneRow } from './postgres.ts'

interface Look {
  /** Bytes from the beginning of all WAL. */
  readonly written: number
  /** Seconds by the database's clock. */
  readonly at: number
}

// Long enough for a rate, short enough for the time that a reading may take.
const firstPauseMs = 250

/**
 * How much WAL the whole server writes in a second, the batch's own with it, from one reading to the next. Every role
 * may read it. Throws `TASK_BROKEN` for a `max` that can't be used.
 *
 * @example
 * walRate({ max: '20MB/s' })
 */
export function walRate(options: { readonly max: ByteRateText }): ThrottleSignal {
  const { max, unit, size } = byteRateLimit('walRate', options.max)
  const memory = memoryOf<{ last?: Look }>(() => ({}))
  return {
    name: 'WAL',
    unit,
    max,
    async read(context) {
      const remembered = memory(context)
      const before = remembered.last ?? (await firstLook(context))
      delete remembered.last // what could not be read for a while says nothing about now
      const now = await look(context)
      remembered.last = now
      if (now.at <= before.at) throw new Error("the database's clock went backwards")
      return Math.max(0, now.written - before.written) / (now.at - before.at) / size
    },
  }
}

async function firstLook(context: SignalContext): Promise<Look> {
  const first = await look(context)
  await pause(firstPauseMs, undefined, { signal: context.signal })
  return first
}

async function look(context: SignalContext): Promise<Look> {
  const row = await oneRow(
    context,
    sql`select (pg_current_wal_lsn() - '0/0'::pg_lsn)::float8 as written,
      extract(epoch from clock_timestamp())::float8 as at`,
  )
  return { written: numberIn(row, 'written'), at: numberIn(row, 'at') }
}
