import type { SchemaSnapshot } from '../../../databases/inspector.ts'
import type { Evidence, TraceEvidence } from '../evidence.ts'
import type { Finding } from '../finding.ts'
import type { RehearsalPolicy } from '../policy.ts'
import { sceneOf } from '../seen/scene.ts'
import { sized } from './words.ts'

/** Below this many rows a scan of the child costs nothing, where sizes are those of production. */
const smallChild = 1_000

/** A foreign key without an index that was not without one before: a new key, or one whose index went. */
export function missingFkIndex(evidence: Evidence, policy: RehearsalPolicy): readonly Finding[] {
  const { trace } = evidence
  if (trace === undefined) return []
  const before = new Set(trace.before.unindexedForeignKeys.map((key) => idOf(key, trace.before)))
  return trace.after.unindexedForeignKeys
    .filter((key) => !before.has(idOf(key, trace.after)))
    .map((key) => describe(key, trace, policy))
}

interface Key {
  readonly table: string
  readonly constraint: string
}

/** The constraint's id, so that a renamed one is the same. */
function idOf({ table, constraint }: Key, { objects }: SchemaSnapshot): string {
  const name = `${table}.${constraint}`
  return objects.find((object) => object.kind === 'constraint' && object.name === name)?.id ?? name
}

function describe(key: Key, trace: TraceEvidence, policy: RehearsalPolicy): Finding {
  const { table, constraint } = key
  const known = [...sceneOf(trace).tables.values()].find(({ nameAfter }) => nameAfter === table)
  const isNew = !trace.before.objects.some(
    ({ kind, id }) => kind === 'constraint' && id === idOf(key, trace.after),
  )
  const isSmall = policy.mode === 'measured' && known !== undefined && known.rows < smallChild
  return {
    hazard: 'missing_fk_index',
    weight: isSmall ? 'notes' : 'fails',
    table: known?.name ?? table,
    evidence: `No index of ${known === undefined ? `${table}, which is new,` : sized(known)} begins with the columns of ${isNew ? 'the new foreign key' : 'the foreign key'} ${constraint}: each DELETE, and each UPDATE of the key, in the table that it references reads all of it.`,
    remedy:
      'Build an index that begins with its columns first, by CREATE INDEX CONCURRENTLY in a migration of its own.',
  }
}
