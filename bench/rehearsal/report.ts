import type { Comparison } from './race.ts'

/** The results for people, a line each. */
export function report(all: readonly Comparison[]): string {
  const rows = all.map(({ name, measured, baseline, measuredMs, baselineMs, times, ratios, timesAtMost }) => [
    name,
    `${milliseconds(measuredMs)} (${measured})`,
    `${milliseconds(baselineMs)} (${baseline})`,
    `${times.toFixed(3)} ×`,
    `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
    timesAtMost === undefined ? '' : `≤ ${timesAtMost.toFixed(2)} ×`,
    timesAtMost === undefined ? '' : times <= timesAtMost ? 'within' : 'OVER',
  ])
  return align([['', 'Purser', 'baseline', 'ratio', 'rounds', 'goal', ''], ...rows])
}

function milliseconds(ms: number): string {
  return `${ms < 100 ? ms.toFixed(1) : Math.round(ms).toLocaleString('en')} ms`
}

/** Columns as wide as their widest cell. */
function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}
