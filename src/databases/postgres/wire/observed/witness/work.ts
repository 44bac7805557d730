import { int8 } from '../../protocol/arrays.ts'
import { Numbers, type Portion } from './numbers.ts'

/** What is known already, and need not be told again. */
export interface Known {
  /** Keys of locks. */
  readonly locks: Portion
  /** The last of the transaction's commands by which a relation was changed. */
  readonly command: number
  readonly tables: Portion
  /** How often it had changed a relation. */
  readonly changes: number
}

export const nothingKnown: Known = {
  locks: new Numbers('int8').all,
  command: -1,
  tables: new Numbers('oid').all,
  changes: -1,
}

/** As parameters of the question, which is sent before more is known. */
export function parametersOf({ locks, command, tables, changes }: Known): readonly Buffer[] {
  return [locks.of.parameter, int8(command), tables.of.parameter, int8(changes)]
}

/** What is known of a relation: a table, an index, a sequence, a view. */
export interface Relation {
  readonly oid: number
  readonly schema: string
  /** As `schema.name`. */
  readonly name: string
  readonly kind: string
  /** That of an index; its own otherwise. */
  readonly tableOid: number
  readonly table: string
  /** Where its rows are kept: another value is another file. */
  readonly storage: string
  /** How large that is, if it may be new. */
  readonly bytes: number
  /** Whether it may have triggers, those of constraints among them. */
  readonly hasTriggers: boolean
}

export interface Counts {
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly scanned: number
}

/** What a session has done since its transaction began, beside what was known. */
export interface Work {
  readonly lockTimeoutMs: number
  /** Keys of the locks that it has, beside those that were known unless it is said to be all. */
  readonly locks: { readonly isAll: boolean; readonly keys: readonly number[] }
  /** Those that are new, or changed. */
  readonly relations: readonly Relation[]
  /** Of those, and of tables that were known. */
  readonly counts: ReadonlyMap<number, Counts>
  readonly command: number
  readonly changes: number
  /** It has made a cursor that its commit runs to its end. */
  readonly hasHoldingCursor: boolean
}

export type RelationRow = readonly [
  oid: number,
  schema: string,
  name: string,
  kind: string,
  space: number,
  file: number,
  tableOid: number | null,
  tableSchema: string | null,
  tableName: string | null,
]

type Row = readonly [
  ...RelationRow,
  command: number | null,
  bytes: number | null,
  ...CountsRow,
  hasTriggers: boolean,
]
type CountsRow = readonly [inserted: number, updated: number, deleted: number, scanned: number]

interface Json {
  readonly counted: string
  readonly lockTimeout: string
  readonly changes: number
  readonly holding: boolean
  /** All keys, or those that are not known. */
  readonly locks: readonly [isAll: boolean, keys: readonly number[] | null]
  readonly counts: readonly (readonly [number, ...CountsRow])[] | null
  readonly relations: readonly Row[] | null
}

/** The server keeps no counts for the session. */
export class Uncounted extends Error {}

/** Reads the answer. Throws `Uncounted`. */
export function readWork(json: string | undefined, known: Known): Work {
  if (json === undefined) throw new Error('The server did not say what the session did')
  const { counted, lockTimeout, changes, holding, locks, counts, relations } = JSON.parse(json) as Json
  if (counted !== 'on') throw new Uncounted('The session counts no rows, since track_counts is off')
  const rows = relations ?? []
  const [isAll, keys] = locks
  return {
    lockTimeoutMs: milliseconds(lockTimeout),
    locks: { isAll, keys: keys ?? [] },
    relations: rows.map((row) => ({
      ...relationOf(row as unknown as RelationRow),
      bytes: row[10] ?? 0,
      hasTriggers: row[15],
    })),
    counts: new Map([
      ...(counts ?? []).map(([oid, ...one]) => [oid, countsOf(one)] as const),
      ...rows.map((row) => [row[0], countsOf([row[11], row[12], row[13], row[14]])] as const),
    ]),
    command: rows.reduce((last, row) => Math.max(last, row[9] ?? -1), known.command),
    changes,
    hasHoldingCursor: holding,
  }
}

export function relationOf(row: RelationRow): Relation {
  const [oid, schema, name, kind, space, file, tableOid, tableSchema, tableName] = row
  const own = `${schema}.${name}`
  return {
    oid,
    schema,
    name: own,
    kind,
    tableOid: tableOid ?? oid,
    table: tableOid === null ? own : `${tableSchema}.${tableName}`,
    storage: `${space}/${file}`,
    bytes: 0,
    hasTriggers: true,
  }
}

function countsOf([inserted, updated, deleted, scanned]: CountsRow): Counts {
  return { inserted, updated, deleted, scanned }
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** As the server shows a setting that is a time: `2s`, `0`. */
export function milliseconds(shown: string): number {
  const [, number = '0', unit = 'ms'] = /^(\d+)([a-z]*)$/.exec(shown) ?? []
  return Number(number) * (units[unit] ?? 1)
}
