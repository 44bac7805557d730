import { count } from '../../../core/text.ts'
import { strengthOf } from '../../../databases/lock-modes.ts'
import type { Statement } from '../../../databases/wire.ts'
import type { Evidence, TraceEvidence } from '../evidence.ts'
import type { Finding } from '../finding.ts'
import type { RehearsalPolicy } from '../policy.ts'
import { changesOf, newlyInvalid } from './effects.ts'
import { failures, hasFailed } from './failures.ts'
import { nameOf, some } from './words.ts'

/** `relation`, `column` and `object` that is there already, and was skipped. */
const skipping: ReadonlySet<string> = new Set(['42P07', '42701', '42710', '42P06', '42723'])

/** It says that it succeeded, and nothing is different, or something is there that does not work. */
export function noEffect({ trace, ...evidence }: Evidence, { mode }: RehearsalPolicy): readonly Finding[] {
  if (trace === undefined || hasFailed(trace)) return []
  const invalid = newlyInvalid(trace).map(describeInvalid)
  const skipped = skippedBy(trace)
  const isNothing = changesOf(trace).length === 0 && !trace.statements.some(isEffect(trace))
  if (isNothing && failures({ ...evidence, trace }).length === 0) return [...invalid, nothing(trace, skipped)]
  return [...invalid, ...unrecorded(trace), ...skipped.map((one) => describeSkipped(one, mode))]
}

/** Its own history says that something is left to be done. */
function unrecorded({ pendingAfter = [] }: TraceEvidence): readonly Finding[] {
  if (pendingAfter.length === 0) return []
  const those = count(pendingAfter.length, 'migration')
  return [
    {
      hazard: 'no_effect',
      weight: 'fails',
      evidence: `Its command succeeded, and ${those} ${pendingAfter.length === 1 ? 'is' : 'are'} pending still by its own history: ${some(pendingAfter, 5)}.`,
      remedy:
        'Look into what its command printed: it has gone on after an error, or was told to stop half-way. Let it end with another code than 0 then.',
    },
  ]
}

interface Skipped {
  readonly place: number
  readonly statement: Statement
}

function skippedBy({ statements, historyTables }: TraceEvidence): readonly Skipped[] {
  return statements
    .map((statement, place) => ({ place, statement }))
    .filter(({ statement }) => statement.notices.some((notice) => skipping.has(notice)))
    .filter(({ statement }) => !isAboutHistory(statement, historyTables))
}

/** Tools make sure of their history each time. A statement that was skipped shows what it is about in its text only. */
function isAboutHistory({ text }: Statement, historyTables: readonly string[]): boolean {
  return historyTables.some((table) => text.includes(table.slice(table.indexOf('.') + 1)))
}

function nothing({ statements }: TraceEvidence, skipped: readonly Skipped[]): Finding {
  const why =
    skipped.length === 0
      ? 'Its command succeeded, and'
      : `${some(skipped.map(nameOf))} found something of that name there and did nothing, its command succeeded, and`
  return {
    hazard: 'no_effect',
    weight: 'fails',
    ...(skipped[0] === undefined ? {} : { statement: skipped[0].place }),
    evidence: `${why} after ${statements.length.toLocaleString('en')} statements neither the schema nor a row is another, its tool's history aside.`,
    remedy:
      'Leave IF NOT EXISTS away, so that something else of the same name is an error; look whether the tool found its files, and whether its transaction was committed.',
  }
}

/** A schema or an extension that is there is what was meant; a table, an index or a column may have another shape. */
const shapeless: ReadonlySet<string> = new Set(['42P06', '42710', '42723'])

function describeSkipped({ place, statement }: Skipped, mode: RehearsalPolicy['mode']): Finding {
  const hasShape = statement.notices.some((notice) => skipping.has(notice) && !shapeless.has(notice))
  return {
    hazard: 'no_effect',
    weight: mode === 'strict' && hasShape ? 'fails' : 'notes',
    statement: place,
    evidence: `${nameOf({ place, statement })} found something of that name there and did nothing.`,
    remedy:
      'Make sure that what is there has the shape that was meant, and leave IF NOT EXISTS away: it looks at names only.',
  }
}

function describeInvalid(index: string): Finding {
  return {
    hazard: 'no_effect',
    weight: 'fails',
    evidence: `Index ${index} is there and not valid: no query uses it, and each write keeps it up.`,
    remedy:
      'Drop it by DROP INDEX CONCURRENTLY, remove what the build failed on, and build it again without IF NOT EXISTS, which would take the invalid index for the real one.',
  }
}

/** What is none of a schema's, and yet what a statement is for. */
const maintenance = [
  ...['VACUUM', 'ANALYZE', 'REINDEX', 'CLUSTER', 'CHECKPOINT', 'REFRESH MATERIALIZED VIEW', 'NOTIFY', 'LOAD'],
  ...[
    'ALTER SYSTEM',
    'ALTER DATABASE',
    'GRANT ROLE',
    'REVOKE ROLE',
    'SECURITY LABEL',
    'IMPORT FOREIGN SCHEMA',
  ],
]
const elsewhere =
  /^(CREATE|ALTER|DROP|REASSIGN) (ROLE|OWNED|TABLESPACE|DATABASE|SUBSCRIPTION|USER MAPPING|SERVER|FOREIGN DATA WRAPPER|ACCESS METHOD|LANGUAGE|TRANSFORM|CONVERSION)/

/** Whether a statement has an effect that a look at the schema and its rows does not show. */
function isEffect({ after }: TraceEvidence): (statement: Statement) => boolean {
  const sequences = new Set(after.objects.filter(({ kind }) => kind === 'sequence').map(({ name }) => name))
  return ({ tag, locks, failure }) => {
    if (failure !== undefined) return false
    if (tag !== undefined && (maintenance.some((one) => tag.startsWith(one)) || elsewhere.test(tag)))
      return true
    // nextval and setval
    return locks.some(
      ({ relation, mode }) => sequences.has(relation) && strengthOf(mode) >= strengthOf('RowExclusiveLock'),
    )
  }
}
