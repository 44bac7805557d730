import type { Matcher } from './matcher.ts'

/** How secrets are found, and what stands in their place. */
export interface Hiding {
  readonly matcher: Matcher
  markOf(name: string): Uint8Array
}

/** A piece of a text: `covered` bytes at its front are behind a mark already, from `settled` on it may change. */
interface Piece {
  readonly bytes: Uint8Array
  readonly covered: number
  readonly settled: number
}

/**
 * What may be shown of the settled part: its bytes, and one mark for each secret or chain of secrets that overlap,
 * which bears the name of the first. `covered` is how far the last of them reaches into the rest.
 */
export function hide(piece: Piece, { matcher, markOf }: Hiding): { shown: Uint8Array[]; covered: number } {
  const { bytes, settled } = piece
  const shown: Uint8Array[] = []
  let clear = piece.covered
  matcher.each(bytes, (start, literal) => {
    if (start >= settled) return
    if (start >= clear) shown.push(bytes.subarray(clear, start), markOf(literal.name))
    clear = Math.max(clear, start + literal.bytes.length)
  })
  if (clear < settled) shown.push(bytes.subarray(clear, settled))
  return { shown, covered: Math.max(0, clear - settled) }
}
