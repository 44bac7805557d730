/** What one signal says now, or why it says nothing. */
export type Reading =
  | { readonly name: string; readonly unit: string; readonly max: number; readonly value: number }
  | { readonly name: string; readonly cannotRead: string }

/** A reading as a share of its max: 1 is the most that is still good. What can't be read is as bad as can be. */
export function pressureOf(reading: Reading): number {
  if ('cannotRead' in reading) return Number.POSITIVE_INFINITY
  const { value, max } = reading
  if (value <= 0) return 0
  return max > 0 ? value / max : Number.POSITIVE_INFINITY
}
