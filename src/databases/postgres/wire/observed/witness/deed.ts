import { joined } from '../../../../table-work.ts'
import type { StatementLock, TableWork } from '../../../../wire.ts'

/** What one statement did. */
export interface Deed {
  readonly locks: readonly StatementLock[]
  readonly held: readonly StatementLock[]
  readonly tables: ReadonlyMap<string, TableWork>
}

/** Of what was done one after the other, as if it were one. */
export function sumOf(deeds: readonly Deed[]): Deed {
  const nothing: Deed['tables'] = new Map()
  return {
    locks: deeds.flatMap(({ locks }) => locks),
    held: deeds[0]?.held ?? [],
    tables: deeds.reduce((sum, { tables }) => joined(sum, tables), nothing),
  }
}
