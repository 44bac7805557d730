import { cut } from './cut.ts'
import { type Kind, kindOf } from './kind.ts'

/** Statements of one message that are sent to the server together. */
export interface Segment {
  readonly kind: Kind
  readonly sql: string
  /** How many characters of the message stand before it. */
  readonly offset: number
  /** For people: the first words. */
  readonly words: string
}

/** Cuts a message where a transaction begins or ends: what is in between stays together. */
export function segmentsOf(sql: string, isBackslashPlain: boolean): readonly Segment[] {
  const segments: Segment[] = []
  for (const { start, end, words } of cut(sql, { isBackslashPlain })) {
    const kind = kindOf(words)
    const last = segments.at(-1)
    if (kind === 'other' && last?.kind === 'other') {
      segments[segments.length - 1] = { ...last, sql: sql.slice(last.offset, end) }
    } else
      segments.push({ kind, sql: sql.slice(start, end), offset: start, words: words.slice(0, 4).join(' ') })
  }
  return segments
}
