import { cut } from './cut.ts'
import { type Kind, kindOf } from './kind.ts'

/** Statements of one message that are sent to the server together. */
export interface Segment {
  readonly kind: Kind
  readonly sql: string
  /** How many characters of the message stand before it. */
  readonly offset: number
  /** The first statement's first words, in capitals. */
  readonly words: readonly string[]
}

/**
 * Cuts a message where a transaction begins or ends: what is in between stays together, unless each statement is to be by
 * itself. What is empty stays with its neighbour.
 */
export function segmentsOf(sql: string, isBackslashPlain: boolean, isEachAlone = false): readonly Segment[] {
  const segments: Segment[] = []
  for (const { start, end, words } of cut(sql, { isBackslashPlain })) {
    const kind = kindOf(words)
    const last = segments.at(-1)
    const isJoined = !isEachAlone || words.length === 0 || last?.words.length === 0
    if (kind === 'other' && last?.kind === 'other' && isJoined) {
      const first = last.words.length === 0 ? words : last.words
      segments[segments.length - 1] = { ...last, words: first, sql: sql.slice(last.offset, end) }
    } else segments.push({ kind, sql: sql.slice(start, end), offset: start, words })
  }
  return segments
}

/** For people. */
export function firstWords(words: readonly string[]): string {
  return words.slice(0, 4).join(' ')
}
