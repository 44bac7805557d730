/** A run of bytes to be found, and whose it is. */
export interface Literal {
  readonly bytes: Uint8Array
  readonly name: string
}

/** Finds any of its literals in bytes. */
export interface Matcher {
  /** Tells every place where a literal stands, in order; the longest where several begin at one place. */
  each(bytes: Uint8Array, found: (start: number, literal: Literal) => void): void
  /** Where the longest tail begins that may be the beginning of a literal; the length when there is none. */
  unsettled(bytes: Uint8Array): number
}

const tableSize = 1 << 16

/**
 * Finds any number of literals in one pass, without looking at most bytes: it looks at the last three of a window
 * as long as the shortest literal, and moves on by as far as no literal can begin.
 * From Wu and Manber, "A fast algorithm for multi-pattern searching", 1994. Every literal has at least three bytes.
 */
export function createMatcher(unordered: readonly Literal[]): Matcher {
  const literals = unordered.toSorted((a, b) => b.bytes.length - a.bytes.length)
  const longest = literals.at(0)?.bytes.length ?? 0
  const window = literals.at(-1)?.bytes.length ?? Number.POSITIVE_INFINITY
  const skips = skipTable(literals, window)
  const beginnings = new Uint8Array(tableSize)
  for (const { bytes } of literals) beginnings[blockAt(bytes, 0)] = 1
  const byFirstByte = groupBy(literals, ({ bytes }) => bytes[0])
  const byLastBlock = groupBy(literals, ({ bytes }) => blockAt(bytes, window - 3))

  return {
    each(bytes, found) {
      let start = 0
      while (start + window <= bytes.length) {
        const block = blockAt(bytes, start + window - 3)
        const skip = skips[block] ?? 0
        if (skip > 0) {
          start += skip
          continue
        }
        const literal = byLastBlock.get(block)?.find((candidate) => standsAt(bytes, start, candidate.bytes))
        if (literal !== undefined) found(start, literal)
        start += 1
      }
    },
    unsettled(bytes) {
      for (let start = Math.max(0, bytes.length - longest + 1); start < bytes.length; start += 1) {
        if (start + 3 <= bytes.length && beginnings[blockAt(bytes, start)] === 0) continue
        const likely = byFirstByte.get(bytes[start])
        if (likely?.some((literal) => beginsAt(bytes, start, literal.bytes))) return start
      }
      return bytes.length
    },
  }
}

/** How far each block of three bytes, as the last of a window, lets the window move; 0 where a literal may stand. */
function skipTable(literals: readonly Literal[], window: number): Uint8Array {
  const skips = new Uint8Array(tableSize).fill(Math.min(255, window - 2))
  for (const { bytes } of literals) {
    for (let end = 2; end < window; end += 1) {
      const block = blockAt(bytes, end - 2)
      skips[block] = Math.min(skips[block] ?? 0, window - 1 - end)
    }
  }
  return skips
}

function groupBy<K>(literals: readonly Literal[], keyOf: (literal: Literal) => K): Map<K, Literal[]> {
  const groups = new Map<K, Literal[]>()
  for (const literal of literals) groups.set(keyOf(literal), [...(groups.get(keyOf(literal)) ?? []), literal])
  return groups
}

function blockAt(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 9) ^ ((bytes[at + 1] ?? 0) << 5) ^ (bytes[at + 2] ?? 0)) & (tableSize - 1)
}

function standsAt(bytes: Uint8Array, start: number, literal: Uint8Array): boolean {
  return start + literal.length <= bytes.length && sameBytes(bytes, start, literal, literal.length)
}

/** Whether the bytes from `start` to their end are a beginning of the literal, and not all of it. */
function beginsAt(bytes: Uint8Array, start: number, literal: Uint8Array): boolean {
  const rest = bytes.length - start
  return rest < literal.length && sameBytes(bytes, start, literal, rest)
}

function sameBytes(bytes: Uint8Array, start: number, literal: Uint8Array, length: number): boolean {
  for (let i = 0; i < length; i += 1) if (bytes[start + i] !== literal[i]) return false
  return true
}
