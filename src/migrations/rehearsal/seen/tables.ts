import type { SchemaObject, TableContent } from '../../../databases/inspector.ts'
import type { TraceEvidence } from '../evidence.ts'
import { isTable } from '../same-things.ts'

/** A table that was there before the migration; or a view, which others wait for as well. */
export interface KnownTable {
  /** As `schema.name`, as it was called before. */
  readonly name: string
  /** What it is called now; missing where it is gone. */
  readonly nameAfter?: string
  readonly kind: 'table' | 'partitioned' | 'materialized view' | 'view'
  /** The table that it is a partition of, by its name before; the uppermost. */
  readonly root?: string
  /** What it held before. Nothing, where nobody has looked. */
  readonly rows: number
  readonly bytes: number
}

/** The tables that were there before, by their names then; those of the tool's history are left out. */
export function knownTables(trace: TraceEvidence): ReadonlyMap<string, KnownTable> {
  const later = new Map(trace.after.objects.filter(isRead).map((object) => [object.id, object.name]))
  const before = trace.before.objects.filter(isRead)
  const parents = parentsOf(before)
  return new Map(
    before
      .filter(({ name }) => !trace.historyTables.includes(name))
      .map((object) => [
        object.name,
        describe(object, later.get(object.id), trace.contentBefore.get(object.name), parents),
      ]),
  )
}

function describe(
  object: SchemaObject,
  nameAfter: string | undefined,
  content: TableContent | undefined,
  parents: ReadonlyMap<string, string>,
): KnownTable {
  const root = rootOf(object.name, parents)
  return {
    name: object.name,
    kind: kindOf(object),
    rows: content?.rows ?? 0,
    bytes: content?.bytes ?? 0,
    ...(nameAfter === undefined ? {} : { nameAfter }),
    ...(root === object.name ? {} : { root }),
  }
}

function isRead(object: SchemaObject): boolean {
  return isTable(object) || object.kind === 'view'
}

function kindOf(object: SchemaObject): KnownTable['kind'] {
  if (object.kind === 'materialized view' || object.kind === 'view') return object.kind
  return object.properties.kind === 'partitioned' ? 'partitioned' : 'table'
}

/** The parent of each partition, both as `schema.name`. */
function parentsOf(objects: readonly SchemaObject[]): ReadonlyMap<string, string> {
  const partitions = objects.filter((object) => object.properties.partitionBound !== undefined)
  return new Map(
    partitions.flatMap(({ name, properties }) =>
      properties.parents === undefined ? [] : [[name, unquoted(properties.parents)]],
    ),
  )
}

/** The uppermost table that this is a partition of; itself, where it is none. */
function rootOf(table: string, parents: ReadonlyMap<string, string>): string {
  const parent = parents.get(table)
  return parent === undefined || parent === table ? table : rootOf(parent, parents)
}

/** `"My schema".users` as `My schema.users`. */
function unquoted(name: string): string {
  return name.replace(/"((?:[^"]|"")*)"/g, (_, inside: string) => inside.replaceAll('""', '"'))
}
