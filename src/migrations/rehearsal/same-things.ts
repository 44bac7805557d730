import type { SchemaObject, SchemaSnapshot } from '../../databases/inspector.ts'

/** What became of the names of tables and columns between two snapshots of one database. */
export interface SameThings {
  /** The name that a table has after; `undefined` where it is gone. */
  tableAfter(before: string): string | undefined
  /** The name that a table had before; `undefined` where it was not there. */
  tableBefore(after: string): string | undefined
  /** The name that a column has after, in whatever its table is called then. */
  columnAfter(table: string, column: string): string | undefined
}

const kindsOfTables = ['table', 'partitioned table', 'materialized view', 'foreign table']

/** Matches things by their ids, so that a new name is no loss. */
export function sameThings(before: SchemaSnapshot, after: SchemaSnapshot): SameThings {
  const now = new Map(after.objects.map((one) => [idOf(one), one]))
  const then = new Map(before.objects.map((one) => [idOf(one), one]))
  const tablesThen = named(before, isTable)
  const tablesNow = named(after, isTable)
  const columnsThen = named(before, ({ kind }) => kind === 'column')
  return {
    tableAfter: (name) => matched(tablesThen.get(name), now)?.name,
    tableBefore: (name) => matched(tablesNow.get(name), then)?.name,
    columnAfter: (table, column) => {
      const found = matched(columnsThen.get(`${table}.${column}`), now)
      return found?.table === undefined ? undefined : found.name.slice(found.table.length + 1)
    },
  }
}

/** Whether something holds rows of its own. */
export function isTable({ kind }: Pick<SchemaObject, 'kind'>): boolean {
  return kindsOfTables.includes(kind)
}

function idOf({ kind, id }: SchemaObject): string {
  return isTable({ kind }) ? `table ${id}` : `${kind} ${id}`
}

function matched(one: SchemaObject | undefined, others: ReadonlyMap<string, SchemaObject>) {
  return one && others.get(idOf(one))
}

function named(
  { objects }: SchemaSnapshot,
  isWanted: (one: SchemaObject) => boolean,
): ReadonlyMap<string, SchemaObject> {
  return new Map(objects.filter(isWanted).map((one) => [one.name, one]))
}
