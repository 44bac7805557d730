import { byteSize } from '../../../core/text.ts'
import type { Evidence } from '../evidence.ts'
import type { Finding } from '../finding.ts'
import type { RehearsalPolicy } from '../policy.ts'
import { changedProperties } from '../seen/objects.ts'
import { type KnownWork, type Scene, type Step, sceneOf } from '../seen/scene.ts'
import type { KnownTable } from '../seen/tables.ts'
import { waitFor } from './waiting.ts'
import { nameOf, sized } from './words.ts'

/** A table with rows whose storage is another file than before. A TRUNCATE leaves an empty one, and is none. */
export function tableRewrite(evidence: Evidence, policy: RehearsalPolicy): readonly Finding[] {
  if (evidence.trace === undefined) return []
  const scene = sceneOf(evidence.trace)
  const seen = scene.steps.flatMap((step) =>
    step.works
      .filter(isRewrite)
      .map(({ known, replaced }) => describe(known, replaced?.bytes ?? 0, step, scene, evidence, policy)),
  )
  return [...seen, ...unseen(scene, evidence, policy)]
}

/** What commits by itself is sampled only. A table with rows whose storage is another was written anew by one of these. */
function unseen(scene: Scene, evidence: Evidence, policy: RehearsalPolicy): readonly Finding[] {
  const { trace, steps, tables } = scene
  const alone = steps.filter(({ statement }) => statement.isAlone).toSorted(byTime)[0]
  if (alone === undefined) return []
  return [...tables.values()]
    .filter(({ kind, rows }) => kind === 'table' && rows > 0)
    .filter(({ name, nameAfter = '' }) => trace.before.files.get(name) !== trace.after.files.get(nameAfter))
    .filter((known) => (trace.contentAfter.get(known.name)?.rows ?? 0) > 0)
    .filter((known) => !steps.some(({ works }) => works.some((work) => isReplaced(work, known))))
    .map((known) => {
      const bytes = trace.contentAfter.get(known.name)?.bytes ?? 0
      return describe(known, bytes, alone, scene, evidence, policy)
    })
}

function byTime(one: Step, other: Step): number {
  return other.statement.ms - one.statement.ms
}

function isReplaced(work: KnownWork, known: KnownTable): boolean {
  return work.known === known && work.replaced !== undefined
}

function isRewrite({ known, rowsThen, replaced }: KnownWork): boolean {
  return known.kind === 'table' && rowsThen > 0 && replaced !== undefined && replaced.bytes > 0
}

function describe(
  known: KnownTable,
  bytes: number,
  step: Step,
  scene: Scene,
  evidence: Evidence,
  policy: RehearsalPolicy,
): Finding {
  const wait = waitFor(known, 'readers and writers', step.statement.ms, evidence, policy)
  return {
    hazard: 'table_rewrite',
    weight: wait.weight,
    table: known.name,
    statement: step.place,
    evidence: `${nameOf(step)} wrote all of ${sized(known)} anew, ${byteSize(bytes)}, and kept readers and writers waiting ${wait.words}.`,
    remedy: remedyFor(known, step, scene),
  }
}

function remedyFor(known: KnownTable, { statement: { tag } }: Step, { difference }: Scene): string {
  if (tag === 'CLUSTER' || tag === 'VACUUM')
    return 'Leave it out of migrations: a plain VACUUM blocks nobody, and pg_repack orders or shrinks a table that is in use.'
  const ofIt = difference.kept.filter(({ before }) => (before.table ?? before.name) === known.name)
  if (
    ofIt.some((object) => object.before.kind === 'table' && changedProperties(object).includes('persistence'))
  )
    return 'Make a table of the other kind beside it, keep the two in step by a trigger, copy in batches, and swap their names with a short lock_timeout.'
  const changed = ofIt.find(
    (object) => object.before.kind === 'column' && changedProperties(object).includes('type'),
  )
  if (changed !== undefined)
    return changeOfType(changed.before.name, changed.before.properties, changed.after.properties)
  if (difference.added.some(({ kind, table }) => kind === 'column' && table === known.nameAfter))
    return 'Add the column without a default, set the default for new rows in a second statement, and fill the rows that are there in batches (a batch task). A constant default needs none of this.'
  return 'Do it on a new column or table, kept in step by a trigger and filled in batches, and switch over with a short lock_timeout.'
}

type Properties = Readonly<Record<string, string>>

function changeOfType(column: string, before: Properties, after: Properties): string {
  const isToZone = before.type?.startsWith('timestamp') && after.type?.endsWith('with time zone') === true
  const inUtc = isToZone
    ? " Where the times are meant as UTC, `SET LOCAL TimeZone = 'UTC'` before the statement makes it one without a rewrite."
    : ''
  return `Add a column of the new type beside ${column}, keep it in step by a trigger, fill it in batches (a batch task), and switch the code over before the old one goes. A wider varchar, or text in its place, needs no rewrite; a limit on a text is a CHECK, added NOT VALID and validated in a migration of its own.${inUtc}`
}
