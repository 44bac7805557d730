import type { Key } from '../../../runs/slice.ts'
import type { Row } from '../../../tasks/batch.ts'

/** A row as it is read: with its key as text. */
export type NamedRow = Row & { readonly purser_key: Key }

// Goes along when a row is copied by spreading it, and is no column.
const name = Symbol('key')

/** Rows as the task sees them; what each is known by stays with it. */
export function nameRows(rows: readonly NamedRow[]): readonly Row[] {
  return rows.map(({ purser_key, ...row }) => ({ ...row, [name]: purser_key }))
}

/** What a row, or one with the same key, is known by. Throws a `TypeError` for a row that is not among these. */
export function keyOf(rows: readonly Row[], columns: readonly string[], row: Row & { [name]?: Key }): Key {
  if (row[name] !== undefined) return row[name]
  const alike = rows.filter((other) => columns.every((column) => isSame(other[column], row[column])))
  const [found] = alike as readonly (typeof row)[]
  if (found?.[name] === undefined || alike.length > 1) {
    throw new TypeError(
      `This is no row of the slice: ${columns.map((column) => `${column} ${row[column]}`).join(', ')}.`,
    )
  }
  return found[name]
}

function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') return String(one) === String(other)
  return JSON.stringify(one) === JSON.stringify(other)
}
