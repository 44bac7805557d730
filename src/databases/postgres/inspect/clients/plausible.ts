/** What the catalog says of a parameter's type. */
export interface ParameterType {
  /** Of a domain, that of its base. */
  readonly name: string
  /** PostgreSQL's own category of types, a letter. */
  readonly category: string
  /** Of an enum. */
  readonly firstLabel: string | null
}

/** A value that a parameter of this type may have, as text; null where none is known. */
export function plausible({ name, category, firstLabel }: ParameterType): string | null {
  return firstLabel ?? byName.get(name) ?? byCategory.get(category) ?? null
}

const byName: ReadonlyMap<string, string> = new Map([
  ['uuid', '00000000-0000-4000-8000-000000000001'],
  ['json', '{}'],
  ['jsonb', '{}'],
  ['bytea', '\\x31'],
  ['xml', '<a/>'],
  ['tsvector', 'a'],
  ['tsquery', 'a'],
  ['jsonpath', '$'],
  ['macaddr', '08:00:2b:01:02:03'],
  ['pg_lsn', '0/1'],
  ['time', '12:00:00'],
  ['timetz', '12:00:00+00'],
])

const byCategory: ReadonlyMap<string, string> = new Map([
  ['A', '{}'],
  ['B', 'true'],
  ['D', '2020-01-01 12:00:00+00'],
  ['I', '127.0.0.1'],
  ['N', '1'],
  ['R', 'empty'],
  ['S', '1'],
  ['T', '1 day'],
  ['V', '1'],
])
