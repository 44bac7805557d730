// A registered symbol, so that a statement is known by any copy of this package.
const brand = Symbol.for('purser.sql')

/** A piece of SQL with its values apart: they travel as parameters and are never put into the text. */
export interface Sql {
  readonly [brand]: true
  /** One more than there are values: a value stands between two of them. */
  readonly strings: readonly string[]
  readonly values: readonly unknown[]
}

/**
 * A piece of SQL. What stands in `${…}` is a parameter, or another piece of SQL.
 *
 * @example
 * sql`update places set population = ${0} where ${slice}`
 */
export function sql(strings: TemplateStringsArray, ...parts: readonly unknown[]): Sql {
  const texts = [strings[0] ?? '']
  const values: unknown[] = []
  const append = (text: string) => texts.push(`${texts.pop() ?? ''}${text}`)
  parts.forEach((part, at) => {
    if (isSql(part)) {
      append(part.strings[0] ?? '')
      part.values.forEach((value, inner) => {
        values.push(value)
        texts.push(part.strings[inner + 1] ?? '')
      })
      append(strings[at + 1] ?? '')
    } else {
      values.push(part)
      texts.push(strings[at + 1] ?? '')
    }
  })
  return { [brand]: true, strings: texts, values }
}

/** Text of our own as SQL. Nothing that was typed may get here unquoted. */
export function rawSql(text: string): Sql {
  return { [brand]: true, strings: [text], values: [] }
}

/** Whether a value was made by `sql`, of whatever copy of this package. */
export function isSql(value: unknown): value is Sql {
  return typeof value === 'object' && value !== null && brand in value
}

/** Pieces with a text between them. */
export function joinSql(pieces: readonly Sql[], between: string): Sql {
  const [first, ...rest] = pieces
  if (first === undefined) return rawSql('')
  return rest.reduce((joined, piece) => sql`${joined}${rawSql(between)}${piece}`, first)
}
