import { PurserError } from '../../../core/errors.ts'
import type { Key, SliceClaim } from '../../../runs/slice.ts'
import type { Row } from '../../../tasks/batch.ts'
import { isSql, type Sql, sql } from '../../../tasks/sql.ts'
import type { OpenSlice, SliceEnd } from '../../slice-ledger.ts'
import { columnsOf, keyAsName, withinSlice } from './key-range.ts'
import { type Rendered, render, renderOnce } from './render.ts'
import { keyOf, type NamedRow, nameRows } from './row-keys.ts'
import type { Connection, Session } from './session.ts'
import { type InspectedSource, rowsOf } from './source.ts'

const readers = new WeakMap<InspectedSource, { readonly first: Rendered; readonly other: Rendered }>()

/** Opens a slice's transaction and reads its rows, in the order of their keys. */
export async function openSlice(
  session: Session,
  source: InspectedSource,
  claim: SliceClaim,
): Promise<OpenSlice> {
  const { first, other } = readersOf(source)
  const connection = await session.pin()
  try {
    await connection.query({ text: begin })
    const { rows } = await connection.query<NamedRow>((claim.lower === undefined ? first : other).bind(claim))
    return new PostgresSlice(connection, source.key.columns, claim, nameRows(rows))
  } catch (error) {
    await connection.query({ text: 'rollback' }).catch(() => {})
    throw error
  }
}

// The setting ends with the transaction, so that one that was ended behind our back is known.
const begin = `begin; set local purser.slice = 'open'`
const isOpen = `current_setting('purser.slice', true) = 'open'`

class PostgresSlice implements OpenSlice {
  readonly rows: readonly Row[]
  readonly #connection: Connection
  readonly #columns: readonly string[]
  readonly #claim: SliceClaim
  #hasEnded = false

  constructor(connection: Connection, columns: readonly string[], claim: SliceClaim, rows: readonly Row[]) {
    this.#connection = connection
    this.#columns = columns
    this.#claim = claim
    this.rows = rows
  }

  async query(
    text: string | Sql,
    values: readonly unknown[] = [],
  ): Promise<{ rows: readonly Row[]; count: number }> {
    // a handler that is not awaited would write into another slice's transaction
    if (this.#hasEnded) throw new TypeError('The transaction of this slice has ended.')
    const config = isSql(text) ? renderOnce(text) : { text, values: [...values] }
    const answer = await this.#connection.query(config)
    return { rows: answer.rows, count: answer.rowCount ?? 0 }
  }

  keyOf(row: Row): Key {
    return keyOf(this.rows, this.#columns, row)
  }

  async commit(): Promise<SliceEnd> {
    this.#hasEnded = true
    try {
      const { rows } = await this.#connection.query<{ speed: number }>({
        ...checkpointOfOpen,
        values: idOf(this.#claim),
      })
      const [done] = rows
      if (done === undefined) return await this.#fenced()
      await this.#connection.query({ text: 'commit' })
      return { end: 'done', rows: this.#claim.rows, speed: done.speed }
    } catch (error) {
      await this.rollback()
      throw error
    }
  }

  async #fenced(): Promise<SliceEnd> {
    const { rows } = await this.#connection.query<{ open: boolean | null }>({
      text: `select ${isOpen} as open`,
    })
    if (rows[0]?.open !== true) throw endedByHandler()
    await this.rollback()
    return { end: 'fenced' }
  }

  async rollback(): Promise<void> {
    this.#hasEnded = true
    // on a connection that was cut it is rolled back already
    await this.#connection.query({ text: 'rollback' }).catch(() => {})
  }
}

function endedByHandler(): PurserError {
  return new PurserError('BATCH_STATEMENT_WRONG', {
    message: "The batch's handler has ended the slice's transaction itself, by `commit` or `rollback`.",
    remedy:
      'Leave that to Purser, which commits what the handler did together with the record that it is done. To undo a part, use a savepoint.',
  })
}

const checkpointText = `
    update purser.slices s set state = 2, done_at = clock_timestamp() from purser.batches b
    where s.batch = $1 and s.number = $2 and s.token = $3 and s.state = 1 and b.id = s.batch`

/** Under the fencing token, and in the transaction of the effect: one happens with the other, or neither. */
export const checkpoint = { name: 'purser_checkpoint', text: `${checkpointText} returning b.speed` }
const checkpointOfOpen = {
  name: 'purser_checkpoint_open',
  text: `${checkpointText} and ${isOpen} returning b.speed`,
}

export function idOf({ batch, slice, token }: SliceClaim): [batch: string, slice: number, token: number] {
  return [batch, slice, token]
}

function readersOf(source: InspectedSource): { readonly first: Rendered; readonly other: Rendered } {
  const known = readers.get(source)
  if (known !== undefined) return known
  const reader = (hasLower: boolean) => {
    const rows = rowsOf(source.source, withinSlice(source.key, hasLower))
    return render(
      sql`select *, ${keyAsName(source.key)} as purser_key from ${rows} order by ${columnsOf(source.key)}`,
    )
  }
  const made = { first: reader(false), other: reader(true) }
  readers.set(source, made)
  return made
}
