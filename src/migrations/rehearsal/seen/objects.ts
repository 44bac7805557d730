import type { SchemaObject, SchemaSnapshot } from '../../../databases/inspector.ts'

/** A thing that was there before and is there still, perhaps under another name. */
export interface KeptObject {
  readonly before: SchemaObject
  readonly after: SchemaObject
}

/** What became of the things of a schema. */
export interface SchemaDifference {
  readonly added: readonly SchemaObject[]
  readonly gone: readonly SchemaObject[]
  /** Those that are as they were are among them. */
  readonly kept: readonly KeptObject[]
}

/** Compares by ids, so that a new name is no loss. */
export function differenceOf(before: SchemaSnapshot, after: SchemaSnapshot): SchemaDifference {
  const earlier = new Map(before.objects.map((object) => [keyOf(object), object]))
  const later = new Map(after.objects.map((object) => [keyOf(object), object]))
  return {
    added: after.objects.filter((object) => !earlier.has(keyOf(object))),
    gone: before.objects.filter((object) => !later.has(keyOf(object))),
    kept: before.objects.flatMap((object) => {
      const now = later.get(keyOf(object))
      return now === undefined ? [] : [{ before: object, after: now }]
    }),
  }
}

function keyOf({ kind, id }: SchemaObject): string {
  return `${kind} ${id}`
}

/** Whether anything of it is another than it was: its name, its table's, or a property. */
export function hasChanged({ before, after }: KeptObject): boolean {
  return before.name !== after.name || changedProperties({ before, after }).length > 0
}

/** The names of the properties that differ. */
export function changedProperties({ before, after }: KeptObject): readonly string[] {
  const names = new Set([...Object.keys(before.properties), ...Object.keys(after.properties)])
  return [...names].filter((name) => before.properties[name] !== after.properties[name])
}
