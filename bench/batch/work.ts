/** Keys above `after`, up to and with `upTo`. */
export interface Range {
  readonly after: number
  readonly upTo: number
}

/** What every side does: each row's counter is raised by one, so many rows at a time. */
export interface Work {
  /** Rows from the first on; fewer than the table has where a side is too slow for all. */
  readonly rows: number
  readonly sliceRows: number
}

/** The only statement that changes a row, whoever sends it. */
export const raise = {
  name: 'raise',
  text: 'update counted set applied = applied + 1 where id > $1 and id <= $2',
} as const

/** The slices of a work, in the order of their keys. */
export function slicesOf({ rows, sliceRows }: Work): readonly Range[] {
  return Array.from({ length: Math.ceil(rows / sliceRows) }, (_, at) => ({
    after: at * sliceRows,
    upTo: Math.min(rows, (at + 1) * sliceRows),
  }))
}
