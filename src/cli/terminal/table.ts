import { stripVTControlCharacters } from 'node:util'

/** Aligns columns; colours do not count as width. The last column is not padded, and is cut to the terminal's. */
export function table(
  rows: readonly (readonly string[])[],
  width = process.stdout.columns || Number.POSITIVE_INFINITY,
): string {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ''))),
  )
  return rows.map((row) => line(row, widths, width)).join('\n')
}

function line(row: readonly string[], widths: readonly number[], width: number): string {
  const cells = row.map((cell, column) =>
    column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)),
  )
  const last = cells.pop() ?? ''
  const before = cells.map((cell) => `${cell}  `).join('')
  const room = width - widthOf(before)
  return `${before}${widthOf(last) > room && room > 1 ? `${stripVTControlCharacters(last).slice(0, room - 1)}…` : last}`.trimEnd()
}

function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length
}
