import { randomBytes } from 'node:crypto'

// Crockford's base 32: no letter that reads as a digit.
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** Fifty random bits in two groups, such as `k3m9q-2x7vd`: short enough to type, and any unique prefix will do. */
export function newRunId(): string {
  const symbols = Array.from(randomBytes(10), (byte) => alphabet[byte % alphabet.length])
  return `${symbols.slice(0, 5).join('')}-${symbols.slice(5).join('')}`
}

/** The id of a run's `n`th attempt, counted from 1. */
export function attemptId(run: string, n: number): string {
  return `${run}.${n}`
}
