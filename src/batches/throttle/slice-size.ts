/** How many rows the next slice should have, and what that follows from. */
export interface SliceSizing {
  /** How long a slice should take. */
  readonly targetMs: number
  readonly rows: number
  /** Of how many finished slices `msPerRow` is an average. */
  readonly slices: number
  readonly msPerRow: number
}

const fewest = 10
const most = 100_000
// Nothing is known yet: a slice of rows that take long must not last for ever.
const firstRows = 100
const overSlices = 20
const mostChange = 1.2
// As a share of the target: between these nothing is changed.
const good = { from: 0.9, to: 0.95 }
const aim = (good.from + good.to) / 2

/** The size of the first slice, which is small; then it follows what slices take. */
export function startSizing(targetMs: number, rows: number = firstRows): SliceSizing {
  return { targetMs, rows: bounded(rows), slices: 0, msPerRow: 0 }
}

/** After a slice of so many rows took so long. Only its committed try counts. */
export function afterSlice(sizing: SliceSizing, slice: { rows: number; ms: number }): SliceSizing {
  if (slice.rows <= 0 || !(slice.ms >= 0)) return sizing
  const slices = Math.min(sizing.slices + 1, overSlices)
  // An average of all at first, then a moving one.
  const weight = Math.max(1 / slices, 2 / (overSlices + 1))
  const msPerRow = sizing.msPerRow + weight * (slice.ms / slice.rows - sizing.msPerRow)
  return { ...sizing, slices, msPerRow, rows: fitting({ ...sizing, msPerRow }) }
}

function fitting({ targetMs, rows, msPerRow }: SliceSizing): number {
  const share = (msPerRow * rows) / targetMs
  if (share >= good.from && share <= good.to) return rows
  const change = Math.min(mostChange, Math.max(1 / mostChange, aim / share))
  return bounded(rows * change)
}

function bounded(rows: number): number {
  return Math.min(most, Math.max(fewest, Math.round(rows)))
}
