import type { Dispatch } from './series/dispatch.ts'
import type { Felt } from './series/felt.ts'
import type { Start } from './series/start.ts'
import type { Speed } from './series/throughput.ts'

/** Everything that was measured; a series that was not asked for has no place in it. */
export interface Results {
  readonly speeds: readonly Speed[]
  readonly perRow?: Speed
  readonly dispatch?: readonly Dispatch[]
  readonly felt?: readonly Felt[]
  readonly start?: Start
}

/** The results for people. */
export function report({ speeds, perRow, dispatch, felt, start }: Results): string {
  const tables = [...Map.groupBy(speeds, ({ sliceRows }) => sliceRows).entries()].map(
    ([rows, some]) =>
      `Slices of ${rows} rows; ratio: the loop's time over its own, 1 is as fast\n${speedTable(some)}`,
  )
  return [
    ...tables,
    ...(perRow === undefined ? [] : [`A task for each row, beside the loop\n${speedTable([perRow])}`]),
    ...(dispatch === undefined
      ? []
      : [`From a slice that is made to its effect, worker idle\n${dispatchTable(dispatch)}`]),
    ...(felt === undefined
      ? []
      : [`What an app with 200 point reads and writes a second feels\n${feltTable(felt)}`]),
    ...(start === undefined ? [] : [describeStart(start)]),
  ].join('\n\n')
}

function speedTable(speeds: readonly Speed[]): string {
  const rows = speeds.map(({ name, sampled, ratio, ratios, ms, guarantee, void: voided }) => [
    `${name}${sampled === undefined ? '' : `, scaled from ${sampled} slices`}`,
    ratio.toFixed(2),
    `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`,
    seconds(ms),
    guarantee,
    describeVoid(voided),
  ])
  return align([['', 'ratio', 'rounds', 'time', 'effects', ''], ...rows])
}

function dispatchTable(all: readonly Dispatch[]): string {
  const rows = all.map(({ name, medianMs, p95Ms, wrong }) => [
    name,
    milliseconds(medianMs),
    milliseconds(p95Ms),
    wrong === 0 ? '' : `VOID: ${wrong} rows were not done exactly once`,
  ])
  return align([['', 'median', 'p95', ''], ...rows])
}

function feltTable(all: readonly Felt[]): string {
  const rows = all.map(({ name, p50Ms, p99Ms, times, rowsPerSecond, speed, void: voided }) => [
    name,
    milliseconds(p50Ms),
    milliseconds(p99Ms),
    `${times.toFixed(2)} ×`,
    rowsPerSecond === undefined ? '' : `${Math.round(rowsPerSecond).toLocaleString('en')} rows/s`,
    speed === undefined ? '' : speed.toFixed(2),
    describeVoid(voided),
  ])
  return align([['beside it', 'p50', 'p99', 'p99, times alone', 'batch', 'of unthrottled', ''], ...rows])
}

function describeStart({ ms, nodeMs }: Start): string {
  return (
    `Not in the figures above: \`purser run\` of one row with two workers, from the command to its end: ` +
    `${milliseconds(ms)} (Node alone: ${milliseconds(nodeMs)}).`
  )
}

function describeVoid(rounds: number): string {
  return rounds === 0 ? '' : `${rounds} rounds void`
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`
}

function milliseconds(ms: number): string {
  return `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`
}

/** Columns as wide as their widest cell. */
function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}
