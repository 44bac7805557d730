import { columnsOf, cutTo, widthOf, wrapTo } from './width.ts'

interface TableOptions {
  /** How many columns from the left are never cut: what one types, and what one looks for. One unless stated. */
  readonly whole?: number
  /** What doesn't fit into the last column goes on below, in place of being cut. */
  readonly wraps?: boolean
}

type Rows = readonly (readonly string[])[]

const gap = 2
/** A column that would be narrower tells nothing. */
const narrowest = 8

/**
 * Aligns columns; colours do not count as width. On a terminal the widest are cut until a row fits, and where that is not
 * enough, the last are left out.
 */
export function table(
  rows: Rows,
  { whole = 1, wraps = false }: TableOptions = {},
  room = columnsOf(process.stdout),
): string {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const wished = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ''))),
  )
  const widths = widthsIn(wished, whole, room)
  return rows.map((row) => lineOf(row, widths, wraps ? room : 0)).join('\n')
}

function widthsIn(wished: readonly number[], whole: number, room: number): readonly number[] {
  const widths = [...wished]
  for (let over = rowWidth(widths) - room; over > 0; over -= 1) {
    const widest = widestOf(widths, whole)
    if (widest === undefined)
      return widths.length > whole ? widthsIn(wished.slice(0, -1), whole, room) : widths
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}

function rowWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + gap * (widths.length - 1)
}

/** The column to be cut next, of those that may be. */
function widestOf(widths: readonly number[], whole: number): number | undefined {
  const widest = Math.max(narrowest, ...widths.slice(whole))
  const at = widths.lastIndexOf(widest)
  return widest > narrowest && at >= whole ? at : undefined
}

/** `wrapRoom`: how wide a line is whose last cell goes on below; 0 where it is cut. */
function lineOf(row: readonly string[], widths: readonly number[], wrapRoom: number): string {
  const last = widths.length - 1
  const before = widths
    .slice(0, -1)
    .map((width, column) => padded(cutTo(row[column] ?? '', width), width + gap))
    .join('')
  const cell = row[last] ?? ''
  if (wrapRoom === 0) return (before + cutTo(cell, widths[last] ?? 0)).trimEnd()
  const indent = widthOf(before)
  return wrapTo(before + breakable(cell, Math.max(narrowest, wrapRoom - indent)), wrapRoom, indent).trimEnd()
}

/** A digest of 71 characters is no word that could stand alone. */
function breakable(cell: string, longest: number): string {
  return Number.isFinite(longest) ? cell.replace(new RegExp(`(\\S{${longest}})(?=\\S)`, 'gu'), '$1 ') : cell
}

function padded(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - widthOf(cell)))
}
