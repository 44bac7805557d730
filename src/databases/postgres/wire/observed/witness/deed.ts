import type { StatementLock, TableWork } from '../../../../wire.ts'

/** What one statement did. */
export interface Deed {
  readonly locks: readonly StatementLock[]
  readonly held: readonly StatementLock[]
  readonly tables: ReadonlyMap<string, TableWork>
}

/** Of what was done one after the other, as if it were one. */
export function sumOf(deeds: readonly Deed[]): Deed {
  const tables = new Map<string, TableWork>()
  for (const [table, work] of deeds.flatMap((deed) => [...deed.tables])) {
    const earlier = tables.get(table)
    tables.set(table, earlier === undefined ? work : both(earlier, work))
  }
  return { locks: deeds.flatMap(({ locks }) => locks), held: deeds[0]?.held ?? [], tables }
}

function both(earlier: TableWork, later: TableWork): TableWork {
  return {
    ...earlier,
    ...later,
    inserted: earlier.inserted + later.inserted,
    updated: earlier.updated + later.updated,
    deleted: earlier.deleted + later.deleted,
    scanned: earlier.scanned + later.scanned,
    built: [...earlier.built, ...later.built],
  }
}
