/** Milliseconds to wait after so many tries: longer each time, and never the same for two who failed together. */
export function backoff(
  tries: number,
  { firstMs, mostMs }: { readonly firstMs: number; readonly mostMs: number },
  random: () => number = Math.random,
): number {
  const longest = Math.min(mostMs, firstMs * 4 ** Math.min(tries, 20))
  return Math.round(longest * (0.5 + random() / 2))
}

/** After a slice's error. */
export const afterError = { firstMs: 500, mostMs: 60_000 }
/** After somebody was in the way. */
export const afterConflict = { firstMs: 50, mostMs: 5_000 }
/** While the database is away. */
export const whileAway = { firstMs: 200, mostMs: 5_000 }
