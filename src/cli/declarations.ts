import { PurserError } from '../core/errors.ts'

/** `KIND=REASON` words as a record. Throws `USAGE` for one without a reason. */
export function readDeclarations(words: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=')
      if (at > 0) return [word.slice(0, at), word.slice(at + 1)]
      throw new PurserError('USAGE', {
        message: `"${word}" says what may differ, but not why.`,
        remedy: 'Write both: `--differs memory-limit="loads the whole index"`.',
      })
    }),
  )
}
