import type { SchemaSnapshot, TableContent } from '../../databases/inspector.ts'

type Contents = ReadonlyMap<string, TableContent>

/** In what a schema is another than it was, in words; without what belongs to the tool's history. */
export function differingSchema(
  before: SchemaSnapshot,
  after: SchemaSnapshot,
  history: readonly string[],
): readonly string[] {
  const then = byName(before, history)
  const now = byName(after, history)
  const added = [...now.keys()].filter((name) => !then.has(name)).map((name) => `${name} is left`)
  const differing = [...then].flatMap(([name, properties]) => {
    const found = now.get(name)
    if (found === undefined) return [`${name} is gone`]
    return found === properties ? [] : [`${name} is not as it was`]
  })
  return [...differing, ...added]
}

/** What each thing is, by its kind and name. */
function byName({ objects }: SchemaSnapshot, history: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    objects
      .filter(({ name, table }) => !isHistory(history, table ?? name))
      .map(({ kind, name, properties }) => [`${kind} ${name}`, JSON.stringify(properties)]),
  )
}

/** In what tables hold something else, in words. Tables and columns that are not there any more are told by the schema. */
export function differingContent(
  before: Contents,
  after: Contents,
  history: readonly string[],
): readonly string[] {
  return [...differingPlaces(before, after, history).values()]
}

/** The same by where it is: `schema.table` for the number of its rows, and `schema.table.column` for values. */
export function differingPlaces(
  before: Contents,
  after: Contents,
  history: readonly string[],
): ReadonlyMap<string, string> {
  const places = [...before].flatMap(([table, { rows, columns }]): (readonly [string, string])[] => {
    const now = after.get(table)
    if (now === undefined || isHistory(history, table)) return []
    if (now.rows !== rows) return [[table, `${table} has ${now.rows} rows, and had ${rows}`]]
    return [...columns].flatMap(([column, { digest }]) => {
      const found = now.columns.get(column)
      const place = `${table}.${column}`
      return found === undefined || found.digest === digest ? [] : [[place, `values of ${place} differ`]]
    })
  })
  return new Map(places)
}

/** A history table is named with its schema, or by its name alone. */
export function isHistory(historyTables: readonly string[], table: string): boolean {
  return historyTables.some((name) => name === table || table.endsWith(`.${name}`))
}
