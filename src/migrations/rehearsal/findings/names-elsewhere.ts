import type { SchemaObject } from '../../../databases/inspector.ts'
import type { Finding } from '../finding.ts'
import type { Scene } from '../seen/scene.ts'
import { some } from './words.ts'

/** Things that are found by a search path, and share their names with each other. */
const families: Readonly<Record<string, string>> = {
  table: 'relation',
  view: 'relation',
  'materialized view': 'relation',
  function: 'function',
  procedure: 'function',
  type: 'type',
}

/** Something new that is called as what is in another schema: the search path may not be what was thought. */
export function namesElsewhere({ trace, difference }: Scene): readonly Finding[] {
  const before = new Map<string, SchemaObject[]>()
  for (const object of trace.before.objects) {
    const alike = before.get(keyOf(object)) ?? []
    alike.push(object)
    before.set(keyOf(object), alike)
  }
  return difference.added
    .filter(({ kind, name }) => families[kind] !== undefined && !trace.historyTables.includes(name))
    .flatMap((object) => {
      const namesakes = before.get(keyOf(object))?.filter(({ name }) => name !== object.name) ?? []
      return namesakes.length === 0 ? [] : [describe(object, namesakes)]
    })
}

function keyOf(object: SchemaObject): string {
  return `${families[object.kind]} ${bareName(object)}`
}

/** Schemas' names have no dots in nearly every database; one that has is compared with it. */
function bareName({ name }: SchemaObject): string {
  return name.slice(name.indexOf('.') + 1)
}

function describe({ kind, name }: SchemaObject, namesakes: readonly SchemaObject[]): Finding {
  const were = namesakes.length === 1 ? 'was' : 'were'
  return {
    hazard: 'semantic_change',
    // a schema for each tenant has the same tables again and again
    weight: namesakes.length === 1 ? 'fails' : 'notes',
    ...(families[kind] === 'relation' ? { table: name } : {}),
    evidence: `${name} is new, and ${some(namesakes.map((other) => other.name))} ${were} there before: whoever leaves the schema away means one or the other, by search_path.`,
    remedy: 'Name the schema in the statement, and look which search_path the role that migrates has.',
  }
}
