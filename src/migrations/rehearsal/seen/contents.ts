import type { ColumnContent } from '../../../databases/inspector.ts'
import type { Scene } from './scene.ts'
import type { KnownTable } from './tables.ts'

/** A column of before, and what has become of it. Missing afterwards: it is gone. */
export interface KnownColumn {
  /** As `schema.table.column`, as it was called before. */
  readonly name: string
  readonly before: ColumnContent
  readonly after?: ColumnContent
  readonly distinct?: { readonly before: number; readonly after: number }
}

/** The columns of a table that is there still, matched by ids: a new name is no loss. */
export function knownColumns(known: KnownTable, scene: Scene): readonly KnownColumn[] {
  const { contentBefore, contentAfter, distinct } = scene.trace
  const [before, after] = [contentBefore.get(known.name), contentAfter.get(known.name)]
  if (before === undefined || after === undefined) return []
  const names = newNames(known, scene)
  return [...before.columns].map(([column, content]) => {
    const name = `${known.name}.${column}`
    const now = after.columns.get(names.get(column) ?? '')
    const values = distinct.get(name)
    return {
      ...{ name, before: content },
      ...(now === undefined ? {} : { after: now }),
      ...(values === undefined ? {} : { distinct: values }),
    }
  })
}

/** What each column is called now. */
function newNames({ name, nameAfter }: KnownTable, { difference }: Scene): ReadonlyMap<string, string> {
  return new Map(
    difference.kept
      .filter(({ before }) => before.kind === 'column' && before.table === name)
      .map(({ before, after }) => [
        before.name.slice(name.length + 1),
        after.name.slice((nameAfter ?? name).length + 1),
      ]),
  )
}

/**
 * Whether the same values, as many times each, are in some other column now that did not hold them before. One that did proves
 * nothing: numbers from 1 on are in many columns, in another order.
 */
export function isKeptElsewhere({ before }: KnownColumn, scene: Scene): boolean {
  const { contentBefore, contentAfter } = scene.trace
  return [...contentAfter].some(([table, { columns }]) => {
    const known = scene.tables.get(table)
    const oldNames = new Map(
      [...(known === undefined ? [] : newNames(known, scene))].map(([old, now]) => [now, old]),
    )
    return [...columns].some(([column, { digest, nonNull }]) => {
      const was = contentBefore.get(table)?.columns.get(oldNames.get(column) ?? '')
      return digest === before.digest && nonNull === before.nonNull && was?.digest !== digest
    })
  })
}
