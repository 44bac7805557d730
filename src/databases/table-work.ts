import type { TableWork } from './wire.ts'

type Tables = ReadonlyMap<string, TableWork>

/** What was done to tables, first the one and then the other, as if it were one. */
export function joined(one: Tables, other: Tables): Tables {
  const tables = new Map(one)
  for (const [table, work] of other) tables.set(table, plus(tables.get(table), work))
  return tables
}

function plus(one: TableWork | undefined, other: TableWork): TableWork {
  if (one === undefined) return other
  return {
    ...one,
    ...other,
    inserted: one.inserted + other.inserted,
    updated: one.updated + other.updated,
    deleted: one.deleted + other.deleted,
    scanned: one.scanned + other.scanned,
    built: [...new Set([...one.built, ...other.built])],
  }
}
