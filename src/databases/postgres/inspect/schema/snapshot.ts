import { createHash } from 'node:crypto'
import type { Client } from 'pg'
import type { SchemaObject, SchemaSnapshot } from '../../../inspector.ts'
import { attachmentFamilies } from './attachments.ts'
import { foreignKeys } from './foreign-keys.ts'
import { otherFamilies } from './programs.ts'
import { relationFamilies } from './relations.ts'
import { type FoundObject, familyQuery, scopeParameters } from './scope.ts'
import { settled } from './settled.ts'

/** Reads the catalogs, with an empty search path, in one transaction. */
export async function readSchema(client: Client): Promise<SchemaSnapshot> {
  await client.query('begin isolation level repeatable read, read only')
  const objects = await readObjects(client)
  const keys = await foreignKeys(client)
  const files = await readFiles(client)
  await client.query('commit')
  return {
    digest: digestOf(objects),
    objects,
    files,
    unindexedForeignKeys: keys
      .filter(({ isIndexed }) => !isIndexed)
      .map(({ child, constraint }) => ({ table: child, constraint })),
    invalidIndexes: objects
      .filter(({ kind, properties }) => kind === 'index' && properties.valid === 'no')
      .map(({ name }) => name),
    references: [...new Map(keys.map((key) => [JSON.stringify([key.child, key.parent]), key])).values()].map(
      ({ child, parent }) => ({ child, parent }),
    ),
  }
}

async function readObjects(client: Client): Promise<readonly SchemaObject[]> {
  const objects: SchemaObject[] = []
  for (const families of [relationFamilies, attachmentFamilies, otherFamilies]) {
    const { rows } = await client.query<FoundObject>(familyQuery(families), scopeParameters)
    objects.push(...rows.map(asObject))
  }
  return objects
}

function asObject({ kind, name, table, id, properties }: FoundObject): SchemaObject {
  const known = Object.entries(properties).filter(([, value]) => value !== null)
  const told = Object.fromEntries(known.map(([property, value]) => [property, settled(String(value))]))
  return { kind, name, ...(table === null ? {} : { table }), id, properties: told }
}

async function readFiles(client: Client): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ readonly name: string; readonly file: string }>(
    familyQuery([
      `select plain as name, concat_ws('/', nullif(reltablespace, 0), relfilenode) as file
       from thing where relkind in ('r', 'm', 'i') and relfilenode <> 0`,
    ]),
    scopeParameters,
  )
  return new Map(rows.map(({ name, file }) => [name, file]))
}

function digestOf(objects: readonly SchemaObject[]): string {
  const hash = createHash('sha256')
  const lines = objects.map(({ kind, name, properties }) => JSON.stringify([kind, name, properties]))
  for (const line of lines.sort()) hash.update(`${line}\n`)
  return hash.digest('hex')
}
