import type { SchemaObject, SchemaSnapshot } from '../../../databases/inspector.ts'
import type { Finding } from '../finding.ts'
import type { Scene } from '../seen/scene.ts'

/** Constraints, unique indexes, policies and triggers that are gone while what they protected is there still. */
export function goneProtection({ difference, trace }: Scene): readonly Finding[] {
  return difference.gone
    .filter(({ table }) => !trace.historyTables.includes(table ?? ''))
    .flatMap((object) => {
      const lost = what(object)
      if (lost === undefined || !isStillNeeded(object, trace.before, trace.after)) return []
      return [describe(object, lost, isReplaced(object, trace.after))]
    })
}

function what({ kind, properties }: SchemaObject): string | undefined {
  if (kind === 'constraint') return `${properties.kind ?? ''} constraint`.trim()
  if (kind === 'index') return properties.unique === 'yes' ? 'unique index' : undefined
  return kind === 'policy' || kind === 'trigger' || kind === 'event trigger' ? kind : undefined
}

/** Whether what it is about is there, and nothing else does the same. */
function isStillNeeded(object: SchemaObject, before: SchemaSnapshot, after: SchemaSnapshot): boolean {
  const table = tableAfter(object, before, after)
  if (object.table !== undefined && table === undefined) return false
  const others = after.objects.filter((other) => other.table === table?.name)
  if (others.some((other) => doesTheSame(object, other))) return false
  // the index of a constraint is told with it
  if (object.kind === 'index' && before.objects.some((other) => isConstraintOf(other, object))) return false
  return hasItsColumns(object, others, before) && !isProven(object, others)
}

function tableAfter(
  { table }: SchemaObject,
  before: SchemaSnapshot,
  after: SchemaSnapshot,
): SchemaObject | undefined {
  const earlier = before.objects.find(({ kind, name }) => kind === 'table' && name === table)
  return after.objects.find(({ kind, id }) => kind === 'table' && id === earlier?.id)
}

function doesTheSame(object: SchemaObject, other: SchemaObject): boolean {
  const { kind, properties } = object
  if (other.kind !== kind || other.properties.validated === 'no' || other.properties.valid === 'no')
    return false
  const names = isRule(object) ? ['definition'] : Object.keys(properties)
  return names.every((name) => name === 'comment' || properties[name] === other.properties[name])
}

function isRule({ kind }: SchemaObject): boolean {
  return kind === 'constraint' || kind === 'index'
}

function isConstraintOf(other: SchemaObject, index: SchemaObject): boolean {
  return (
    other.kind === 'constraint' && other.table === index.table && lastOf(other.name) === lastOf(index.name)
  )
}

function lastOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

/** A constraint on a column that is gone has nothing to protect any more. */
function hasItsColumns(
  object: SchemaObject,
  others: readonly SchemaObject[],
  before: SchemaSnapshot,
): boolean {
  const definition = object.properties.definition ?? ''
  const left = new Set(others.filter(({ kind }) => kind === 'column').map(({ id }) => id))
  return before.objects
    .filter(({ kind, table, id }) => kind === 'column' && table === object.table && !left.has(id))
    .every(({ name }) => !mentions(definition, name.slice((object.table ?? '').length + 1)))
}

function mentions(definition: string, column: string): boolean {
  return definition.split(/[^\p{L}\p{N}_$]+/u).includes(column)
}

/** A check that a column is not null, where the column is NOT NULL now. */
function isProven({ properties }: SchemaObject, others: readonly SchemaObject[]): boolean {
  const column = /^CHECK \(\(("?)(.+)\1 IS NOT NULL\)\)$/.exec(properties.definition ?? '')?.[2]
  return others.some(
    (other) =>
      other.kind === 'column' &&
      other.name === `${other.table}.${column}` &&
      other.properties.nullable === 'no',
  )
}

/** One of the same name and kind, which says something else, and is valid; an index that is unique as well. */
function isReplaced({ kind, name, properties }: SchemaObject, after: SchemaSnapshot): boolean {
  return after.objects.some(
    (other) =>
      other.kind === kind &&
      other.name === name &&
      other.properties.validated !== 'no' &&
      other.properties.unique === properties.unique,
  )
}

function describe(object: SchemaObject, lost: string, isOther: boolean): Finding {
  return {
    hazard: 'weakened_integrity',
    weight: isOther ? 'notes' : 'fails',
    ...(object.table === undefined ? {} : { table: object.table }),
    evidence: isOther
      ? `The ${lost} ${object.name} is another than before.`
      : `The ${lost} ${object.name} is gone, or not valid any more, and what it protected is still there.`,
    remedy: isOther
      ? 'Make sure that the new one lets nothing through that the old one kept out.'
      : 'Keep it, or put what takes its place there first: a new constraint NOT VALID and validated, a new unique index built CONCURRENTLY.',
  }
}
