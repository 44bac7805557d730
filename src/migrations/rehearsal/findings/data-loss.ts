import { count } from '../../../core/text.ts'
import type { Evidence } from '../evidence.ts'
import type { Finding } from '../finding.ts'
import { isKeptElsewhere, type KnownColumn, knownColumns } from '../seen/contents.ts'
import { type KnownWork, type Scene, sceneOf } from '../seen/scene.ts'
import type { KnownTable } from '../seen/tables.ts'
import { sized } from './words.ts'

/** Rows, columns or different values that are there no more, also in tables that no statement names. */
export function dataLoss({ trace }: Evidence): readonly Finding[] {
  if (trace === undefined) return []
  const scene = sceneOf(trace)
  return [...scene.tables.values()]
    .filter((known) => holdsData(known, scene))
    .flatMap((known) => lossOf(known, scene))
}

/** A materialized view can be filled again, and what partitions hold is told of the whole where that was looked at. */
function holdsData({ kind, name, root }: KnownTable, { trace: { contentBefore } }: Scene): boolean {
  if (kind === 'materialized view' || !contentBefore.has(name)) return false
  return root === undefined || !contentBefore.has(root)
}

function lossOf(known: KnownTable, scene: Scene): readonly Finding[] {
  if (known.rows === 0) return []
  const after = scene.trace.contentAfter.get(known.name)
  if (after === undefined) return [tell(known, `${sized(known)} is gone.`, forRows, placeOf(known, scene))]
  const elsewhere = rowsDetached(known, scene)
  const rows = after.rows + elsewhere
  const lost =
    rows < known.rows
      ? [
          tell(
            known,
            `${known.name} has ${count(known.rows - rows, 'row')} less: ${rows.toLocaleString('en')} of ${known.rows.toLocaleString('en')} are left.`,
            forRows,
            placeOf(known, scene),
          ),
        ]
      : []
  const columns = elsewhere > 0 ? [] : knownColumns(known, scene)
  const sentences = columns.flatMap((column) => columnLoss(column, rows < known.rows, scene))
  return sentences.length === 0 ? lost : [...lost, tell(known, sentences.join(' '), forValues)]
}

/** Rows of partitions that are tables of their own now. */
function rowsDetached({ name, kind }: KnownTable, { tables, trace, difference }: Scene): number {
  if (kind !== 'partitioned') return 0
  return [...tables.values()]
    .filter(({ root, nameAfter }) => root === name && nameAfter !== undefined)
    .filter((leaf) =>
      difference.kept.some(
        ({ before, after }) =>
          before.name === leaf.name &&
          before.kind === 'table' &&
          after.properties.partitionBound === undefined,
      ),
    )
    .reduce((sum, leaf) => sum + (trace.contentAfter.get(leaf.name)?.rows ?? 0), 0)
}

function columnLoss(column: KnownColumn, hasFewerRows: boolean, scene: Scene): readonly string[] {
  const { name, before, after, distinct } = column
  if (before.nonNull === 0) return []
  if (after === undefined)
    return isKeptElsewhere(column, scene)
      ? []
      : [`Column ${name} is gone, with ${count(before.nonNull, 'value')}.`]
  if (hasFewerRows || isKeptElsewhere(column, scene)) return []
  if (after.nonNull < before.nonNull)
    return [`${count(before.nonNull - after.nonNull, 'value')} of ${name} became null.`]
  if (distinct !== undefined && distinct.after < distinct.before)
    return [
      `${name} had ${count(distinct.before, 'different value')} and has ${distinct.after.toLocaleString('en')}.`,
    ]
  return isCut(column, scene)
    ? [
        `${count(before.nonNull, 'value')} of ${name} went from ${before.type} to ${after.type}, and what did not fit is gone.`,
      ]
    : []
}

const families: readonly (readonly string[])[] = [
  ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double', 'money'],
  ['date', 'time', 'timestamp'],
  ['text', 'character', 'citext'],
]

/** Values of one family of types that are others after the type is, with no row updated: rounded, or cut. */
function isCut({ name, before, after }: KnownColumn, { steps }: Scene): boolean {
  if (after === undefined || after.type === before.type || after.digest === before.digest) return false
  const isOfFamily = families.some(
    (family) => family.includes(stem(before.type)) && family.includes(stem(after.type)),
  )
  const isOtherZone = hasZone(before.type) !== hasZone(after.type) && stem(before.type) === stem(after.type)
  return isOfFamily && !isOtherZone && !steps.some(({ works }) => works.some((work) => changes(work, name)))
}

/** `numeric(10,2)` is `numeric`. */
function stem(type: string): string {
  return /^\w+/.exec(type)?.[0] ?? type
}

function hasZone(type: string): boolean {
  return type.endsWith('with time zone')
}

function changes({ known, inserted, updated, deleted }: KnownWork, column: string): boolean {
  return column.startsWith(`${known.name}.`) && inserted + updated + deleted > 0
}

/** The statement that took most rows away. */
function placeOf(known: KnownTable, { steps }: Scene): number | undefined {
  const works = steps.flatMap(({ place, works }) =>
    works
      .filter((work) => work.known === known)
      .map(({ deleted, replaced }) => ({ place, rows: replaced?.bytes === 0 ? known.rows : deleted })),
  )
  const most = works.toSorted((one, other) => other.rows - one.rows)[0]
  return most !== undefined && most.rows > 0 ? most.place : undefined
}

const forRows =
  'Keep what is taken away until nobody misses it: rename the table, or copy the rows to one beside it, and let a later migration drop that. See which foreign keys cascade.'
const forValues =
  'Write to a new column and compare, and let a later migration drop the old one, when no release reads it any more. Values that must become null or equal are worth a query that counts them first.'

function tell(known: KnownTable, evidence: string, remedy: string, statement?: number): Finding {
  return {
    ...{ hazard: 'data_loss', weight: 'fails', table: known.name, evidence, remedy },
    ...(statement === undefined ? {} : { statement }),
  }
}
