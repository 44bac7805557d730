import { createHash } from 'node:crypto'
import type {
  ColumnContent,
  SchemaObject,
  SchemaSnapshot,
  TableContent,
  TableWaiting,
} from '../../src/databases/inspector.ts'
import type { Blocks, Statement, StatementLock, TableWork } from '../../src/databases/wire.ts'
import type { Evidence, TraceEvidence } from '../../src/migrations/rehearsal/evidence.ts'
import type { Finding } from '../../src/migrations/rehearsal/finding.ts'
import { defaultPolicy, type RehearsalPolicy } from '../../src/migrations/rehearsal/policy.ts'

/** Evidence written by hand, for tests of what is concluded from it. */
export const strict: RehearsalPolicy = { ...defaultPolicy, mode: 'strict' }
export const measured: RehearsalPolicy = defaultPolicy

type Properties = Readonly<Record<string, string>>

/** A thing of a schema; it keeps its id under another name where that is given. */
export function object(
  kind: string,
  name: string,
  properties: Properties = {},
  more: Partial<SchemaObject> = {},
): SchemaObject {
  return { kind, name, id: name, properties, ...more }
}

/** Something that is part of `table`, by its own name. */
export function part(
  kind: string,
  table: string,
  name: string,
  properties: Properties = {},
  more: Partial<SchemaObject> = {},
): SchemaObject {
  const whole = kind === 'index' ? `public.${name}` : `${table}.${name}`
  return object(kind, whole, properties, { table, ...more })
}

/** `public.users` with columns `id` and `name`. */
export const users: readonly SchemaObject[] = [
  object('table', 'public.users', { kind: 'ordinary', persistence: 'permanent', rowSecurity: 'no' }),
  part('column', 'public.users', 'id', { type: 'integer', nullable: 'no' }),
  part('column', 'public.users', 'name', { type: 'text', nullable: 'yes' }),
]

export function snapshot(
  objects: readonly SchemaObject[],
  more: Partial<SchemaSnapshot> = {},
): SchemaSnapshot {
  return {
    ...{
      digest: createHash('sha256').update(JSON.stringify(objects)).digest('hex'),
      objects,
      files: new Map(),
      unindexedForeignKeys: [],
    },
    ...{ invalidIndexes: [], references: [] },
    ...more,
  }
}

export function column(more: Partial<ColumnContent> = {}): ColumnContent {
  return { type: 'text', nonNull: 1_000, digest: 'd', ...more }
}

export function content(rows: number, columns: Readonly<Record<string, ColumnContent>> = {}): TableContent {
  return { rows, bytes: rows * 100, columns: new Map(Object.entries(columns)) }
}

const blocked: Readonly<Record<string, Blocks>> = {
  ShareLock: 'writers',
  ShareRowExclusiveLock: 'writers',
  ExclusiveLock: 'writers',
  AccessExclusiveLock: 'readers and writers',
}

export function lock(table: string, mode: string, relation = table): StatementLock {
  return { table, relation, mode, blocks: blocked[mode] ?? 'nobody' }
}

export function work(more: Partial<TableWork> = {}): TableWork {
  return { inserted: 0, updated: 0, deleted: 0, scanned: 0, built: [], ...more }
}

/** `tables` by name. What is not said is quick, in transaction 1, and well. */
export function statement({
  tables = {},
  ...more
}: Partial<Omit<Statement, 'tables'>> & {
  readonly tables?: Readonly<Record<string, TableWork>>
} = {}): Statement {
  return {
    ...{ session: 's', transaction: 1, text: 'ALTER TABLE …', tag: 'ALTER TABLE', startedAt: 0, ms: 5 },
    ...{ notices: [], locks: [], held: [], lockTimeoutMs: 2_000, isAlone: false },
    ...more,
    tables: new Map(Object.entries(tables)),
  }
}

/** A trace over `public.users` with 1,000 rows, of which nothing has become another. */
export function trace(more: Partial<TraceEvidence> = {}): TraceEvidence {
  const before = snapshot(users)
  const held = content(1_000, { id: column({ type: 'integer', digest: 'i' }), name: column() })
  return {
    end: { code: 0, ms: 10, escapes: [] },
    statements: [statement()],
    transactions: [{ session: 's', transaction: 1, end: 'committed' }],
    ...{ before, after: before },
    contentBefore: new Map([['public.users', held]]),
    contentAfter: new Map([['public.users', held]]),
    distinct: new Map(),
    historyTables: ['public.schema_migrations'],
    ...more,
  }
}

export function evidence(traced: Partial<TraceEvidence> = {}, more: Partial<Evidence> = {}): Evidence {
  return { passes: [], trace: trace(traced), unfaithful: [], masked: [], ...more }
}

export function waiting(reads: number, writes = reads): TableWaiting {
  const of = (longestMs: number) => ({ longestMs, totalMs: longestMs, tries: 10 })
  return { reads: of(reads), writes: of(writes) }
}

/** `fails table_rewrite public.users`, for findings of which only that is asked. */
export function inShort(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ weight, hazard, table }) =>
    [weight, hazard, table].filter((one) => one !== undefined).join(' '),
  )
}
