import type { Goal, Result } from './harness.ts'

/** The results for people, a line each. */
export function table(results: readonly Result[]): string {
  const rows = results.map((result) => [
    result.name,
    milliseconds(result.measuredMs),
    `${milliseconds(result.baselineMs)} (${result.baseline})`,
    `${result.times.toFixed(2)} ×`,
    `+${milliseconds(result.addsMs)}`,
    describeGoal(result.goal),
    result.isWithinGoal ? 'within' : 'OVER',
  ])
  return align([['', 'Purser', 'baseline', 'ratio', 'difference', 'goal', ''], ...rows])
}

function describeGoal({ timesAtMost, addsAtMostMs }: Goal): string {
  const parts = [
    ...(timesAtMost === undefined ? [] : [`${timesAtMost} ×`]),
    ...(addsAtMostMs === undefined ? [] : [`+${milliseconds(addsAtMostMs)}`]),
  ]
  return `≤ ${parts.join(' ')}`
}

function milliseconds(ms: number): string {
  return `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`
}

function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
