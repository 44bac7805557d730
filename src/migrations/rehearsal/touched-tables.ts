import type { SchemaSnapshot } from '../../databases/inspector.ts'
import type { Statement } from '../../databases/wire.ts'
import { isTable, sameThings } from './same-things.ts'

/**
 * Tables that were there before and that a statement has locked or worked on, or that are not as they were: by the names
 * that they had before. A lock that every reader takes too touches nothing.
 */
export function touchedTables(
  statements: readonly Statement[],
  before: SchemaSnapshot,
  after: SchemaSnapshot,
): readonly string[] {
  const same = sameThings(before, after)
  const there = before.objects.filter(isTable).map(({ name }) => name)
  const known = new Set(there)
  const named = statements
    .flatMap(({ locks, tables }) => [
      ...locks.filter(({ blocks }) => blocks !== 'nobody').map(({ table }) => table),
      ...tables.keys(),
    ])
    .map((name) => (known.has(name) ? name : same.tableBefore(name)))
  const changed = there.filter((name) => {
    const now = same.tableAfter(name)
    return now === undefined || after.files.get(now) !== before.files.get(name)
  })
  return [...new Set([...named.filter((name) => name !== undefined), ...changed])].sort()
}

/** Tables of which the server has counted more rows written than before, and a statement none. */
export function uncountedTables(
  statements: readonly Statement[],
  before: SchemaSnapshot,
  after: SchemaSnapshot,
  written: { readonly before: ReadonlyMap<string, number>; readonly after: ReadonlyMap<string, number> },
): readonly string[] {
  const same = sameThings(before, after)
  const counted = new Set(
    statements.flatMap(({ tables }) =>
      [...tables].flatMap(([name, { inserted, updated, deleted }]) =>
        inserted + updated + deleted > 0 ? [name, same.tableBefore(name)] : [],
      ),
    ),
  )
  return before.objects
    .filter(isTable)
    .filter(({ id }) => (written.after.get(id) ?? 0) > (written.before.get(id) ?? 0))
    .map(({ name }) => name)
    .filter((name) => !counted.has(name))
}

/** Tables that were there before, and something of which is not as it was, by the names that they had before. */
export function changedTables(before: SchemaSnapshot, after: SchemaSnapshot): readonly string[] {
  const same = sameThings(before, after)
  const [then, now] = [partsOf(before), partsOf(after)]
  return before.objects
    .filter(isTable)
    .map(({ name }) => name)
    .filter((name) => then.get(name)?.join() !== now.get(same.tableAfter(name) ?? '')?.join())
}

/** What belongs to each table, as it is. */
function partsOf({ objects, files }: SchemaSnapshot): ReadonlyMap<string, readonly string[]> {
  const parts = new Map<string, string[]>()
  for (const object of objects) {
    const table = isTable(object) ? object.name : object.table
    if (table === undefined) continue
    const part = `${object.kind} ${object.id} ${files.get(object.name)} ${JSON.stringify(object.properties)}`
    parts.set(table, [...(parts.get(table) ?? []), part])
  }
  return new Map([...parts].map(([table, those]) => [table, those.sort()]))
}
