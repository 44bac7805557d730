import type { SliceClaim } from '../../../runs/slice.ts'
import { isSql, type Sql, sql } from '../../../tasks/sql.ts'
import type { OpenSlice } from '../../slice-ledger.ts'
import { columnsOf, withinSlice } from './key-range.ts'
import { type Rendered, render, renderOnce } from './render.ts'
import type { Session } from './session.ts'
import { type InspectedSource, rowsOf } from './source.ts'

const readers = new WeakMap<InspectedSource, { readonly first: Rendered; readonly other: Rendered }>()

/** Opens a slice's transaction and reads its rows, in the order of their keys. */
export async function openSlice(
  session: Session,
  source: InspectedSource,
  claim: SliceClaim,
): Promise<OpenSlice> {
  const { first, other } = readersOf(source)
  await session.query({ text: 'begin' })
  try {
    const { rows } = await session.query((claim.lower === undefined ? first : other).bind(claim))
    return {
      rows,
      async query(text: string | Sql, values: readonly unknown[] = []) {
        const config = isSql(text) ? renderOnce(text) : { text, values: [...values] }
        const answer = await session.query(config)
        return { rows: answer.rows, count: answer.rowCount ?? 0 }
      },
      async commit() {
        const { rows: done } = await session.query<{ speed: number }>({ ...checkpoint, values: idOf(claim) })
        if (done[0] === undefined) {
          await session.query({ text: 'rollback' })
          return { end: 'fenced' }
        }
        await session.query({ text: 'commit' })
        return { end: 'done', rows: claim.rows, speed: done[0].speed }
      },
      async rollback() {
        await session.query({ text: 'rollback' })
      },
    }
  } catch (error) {
    await session.query({ text: 'rollback' }).catch(() => {})
    throw error
  }
}

/** Under the fencing token, and in the transaction of the effect: one happens with the other, or neither. */
export const checkpoint = {
  name: 'purser_checkpoint',
  text: `
    update purser.slices s set state = 2, done_at = clock_timestamp() from purser.batches b
    where s.batch = $1 and s.number = $2 and s.token = $3 and s.state = 1 and b.id = s.batch returning b.speed`,
}

export function idOf({ batch, slice, token }: SliceClaim): [batch: string, slice: number, token: number] {
  return [batch, slice, token]
}

function readersOf(source: InspectedSource) {
  const known = readers.get(source)
  if (known !== undefined) return known
  const reader = (hasLower: boolean) =>
    render(
      sql`select * from ${rowsOf(source.source, withinSlice(source.key, hasLower))} order by ${columnsOf(source.key)}`,
    )
  const made = { first: reader(false), other: reader(true) }
  readers.set(source, made)
  return made
}
