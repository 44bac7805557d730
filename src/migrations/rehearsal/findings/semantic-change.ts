import type { Evidence } from '../evidence.ts'
import type { Finding } from '../finding.ts'
import { type KnownColumn, knownColumns } from '../seen/contents.ts'
import type { KeptObject } from '../seen/objects.ts'
import { type Scene, sceneOf } from '../seen/scene.ts'
import type { KnownTable } from '../seen/tables.ts'
import { namesElsewhere } from './names-elsewhere.ts'
import { nameOf, some } from './words.ts'

/** Values or names that became something else than was meant. */
export function semanticChange({ trace }: Evidence): readonly Finding[] {
  if (trace === undefined) return []
  const scene = sceneOf(trace)
  return [
    ...[...scene.tables.values()].flatMap((known) => valuesOf(known, scene)),
    ...scene.steps.filter(({ statement }) => statement.notices.includes('42622')).map(cutName),
    ...namesElsewhere(scene),
    ...scene.difference.kept.filter(isSortedOtherwise).map(sortedOtherwise),
  ]
}

/** Values that no statement updated, and that an application reads as others than before. */
function valuesOf(known: KnownTable, scene: Scene): readonly Finding[] {
  if (known.kind !== 'table' || known.root !== undefined) return []
  const changed = knownColumns(known, scene).filter((column) => isAnother(column))
  if (changed.length === 0) return []
  const works = scene.steps.flatMap(({ works }) => works.filter((work) => work.known === known))
  const isUntouched =
    works.every(({ inserted, updated, deleted }) => inserted + updated + deleted === 0) &&
    scene.trace.uncounted?.includes(known.name) !== true
  const byType = changed.filter(({ before, after }) => before.type !== after?.type)
  // the rows that were changed may be why
  if (!isUntouched && byType.length === 0) return []
  const columns = isUntouched ? changed : byType
  return [
    {
      hazard: 'semantic_change',
      weight: isUntouched ? 'fails' : 'notes',
      table: known.name,
      evidence: `${some(columns.map(inWords))} ${columns.length === 1 ? 'holds' : 'hold'} other values than before${isUntouched ? ', and no statement updated a row' : ''}: what an application reads is not what was written.`,
      remedy: remedyFor(columns),
    },
  ]
}

/** Values that became null are lost, and told so. */
function isAnother({ before, after }: KnownColumn): boolean {
  return after !== undefined && after.digest !== before.digest && after.nonNull === before.nonNull
}

function inWords({ name, before, after }: KnownColumn): string {
  return before.type === after?.type ? name : `${name} (${before.type}, now ${after?.type})`
}

function remedyFor(columns: readonly KnownColumn[]): string {
  if (columns.some(({ after }) => after?.type.includes('with time zone')))
    return "Say in which zone the times were meant: USING column AT TIME ZONE 'UTC', and not what the session happens to be set to."
  return 'Write the values to a new column, compare the two, and switch over when all are as they are meant. A narrower number type rounds; a text that is cut stays cut.'
}

function cutName(step: Scene['steps'][number]): Finding {
  return {
    hazard: 'semantic_change',
    weight: 'fails',
    statement: step.place,
    evidence: `${nameOf(step)} used a name of more than 63 bytes, and the server has cut it: what is there is called otherwise than the migration says.`,
    remedy: 'Give it a name of at most 63 bytes.',
  }
}

function isSortedOtherwise({ before, after }: KeptObject): boolean {
  const [earlier, later] = [before.properties.collation, after.properties.collation]
  return before.kind === 'column' && earlier !== undefined && later !== undefined && earlier !== later
}

function sortedOtherwise({ before, after }: KeptObject): Finding {
  return {
    hazard: 'semantic_change',
    weight: 'fails',
    ...(before.table === undefined ? {} : { table: before.table }),
    evidence: `${before.name} is sorted and compared by ${after.properties.collation}, and was by ${before.properties.collation}: queries and unique indexes answer otherwise.`,
    remedy: 'Name the collation in the queries that need it, or move to a new column that has it.',
  }
}
