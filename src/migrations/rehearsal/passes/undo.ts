import type { RowsToAdd, SchemaSnapshot, TableContent } from '../../../databases/inspector.ts'
import { differingContent, differingSchema } from '../differences.ts'
import type { TraceEvidence, UndoEvidence } from '../evidence.ts'
import { playAgain, playWhole } from '../play.ts'
import { isTable, sameThings } from '../same-things.ts'
import { type Migrate, type Scene, type Stage, setUp } from '../stage.ts'

/**
 * Runs the migration, takes it back, and compares with what was there before; and does it again with rows that were written
 * in between, as the application does once the migration is out.
 */
export async function undo(stage: Stage, traced: TraceEvidence, takeBack: Migrate): Promise<UndoEvidence> {
  const plain = await undoPlainly(stage, traced, takeBack)
  if (plain.end.code !== 0) return plain
  const rows = rowsToAdd(traced)
  if (rows.length === 0) return plain
  stage.say('It is run, rows are written, and it is taken back.')
  const { left, untried } = await undoWithRows(stage, traced, takeBack, rows)
  return { end: plain.end, left: [...plain.left, ...left], untried }
}

async function undoPlainly(stage: Stage, traced: TraceEvidence, takeBack: Migrate): Promise<UndoEvidence> {
  await using scene = await setUp(stage)
  await playWhole(stage, scene, traced)
  const end = await playAgain(stage, scene, takeBack, traced)
  const content = await scene.inspector.content([...traced.contentBefore.keys()])
  const left = [
    ...differingSchema(traced.before, await scene.inspector.schema(), stage.historyTables),
    ...differingContent(traced.contentBefore, content, stage.historyTables),
  ]
  return { end, left }
}

async function undoWithRows(
  stage: Stage,
  traced: TraceEvidence,
  takeBack: Migrate,
  rows: readonly RowsToAdd[],
): Promise<Pick<UndoEvidence, 'left'> & { readonly untried: readonly string[] }> {
  await using scene = await setUp(stage)
  await playWhole(stage, scene, traced)
  const added = await scene.inspector.addRows(rows)
  const untried = rows.flatMap(({ table }) => {
    const result = added.get(table)
    return result === undefined || 'refusal' in result
      ? [`${table} (${result?.refusal ?? 'it is not there'})`]
      : []
  })
  if (untried.length === rows.length) return { left: [], untried }
  const { code } = await playAgain(stage, scene, takeBack, traced)
  const left = code === 0 ? await lostRows(scene, traced, added) : [`the way back ended with ${code}`]
  return { left: left.map((one) => `with rows that were written after the migration, ${one}`), untried }
}

/** Tables that were there before and are touched, and the columns in which the migration made something possible. */
function rowsToAdd({ before, after, contentBefore, historyTables }: TraceEvidence): readonly RowsToAdd[] {
  const same = sameThings(before, after)
  return [...contentBefore.keys()].flatMap((name) => {
    const table = same.tableAfter(name)
    const isPlain = before.objects.some((one) => isTable(one) && one.kind === 'table' && one.name === name)
    if (table === undefined || !isPlain || historyTables.includes(name)) return []
    return [{ table, columns: newlyPossible(table, before, after) }]
  })
}

function newlyPossible(table: string, before: SchemaSnapshot, after: SchemaSnapshot): readonly string[] {
  const then = new Map(before.objects.map((one) => [`${one.kind} ${one.id}`, JSON.stringify(one.properties)]))
  return after.objects
    .filter((one) => one.kind === 'column' && one.table === table)
    .filter((one) => then.get(`column ${one.id}`) !== JSON.stringify(one.properties))
    .map(({ name }) => name.slice(table.length + 1))
}

/** What is less than it was before the migration with the rows that were added since. */
async function lostRows(
  { inspector }: Scene,
  { before, after, contentBefore }: TraceEvidence,
  added: Awaited<ReturnType<Scene['inspector']['addRows']>>,
): Promise<readonly string[]> {
  const same = sameThings(before, after)
  const now = await inspector.content([...contentBefore.keys()])
  return [...contentBefore].flatMap(([name, then]) => {
    const result = added.get(same.tableAfter(name) ?? '')
    if (result === undefined || 'refusal' in result) return []
    return less(name, then, now.get(name), result.added)
  })
}

function less(name: string, then: TableContent, now: TableContent | undefined, added: number): string[] {
  if (now === undefined) return [`${name} is gone`]
  if (now.rows !== then.rows + added)
    return [`${name} has ${now.rows} rows, and should have ${then.rows + added}`]
  return [...then.columns].flatMap(([column, { nonNull }]) => {
    const found = now.columns.get(column)
    return found !== undefined && found.nonNull < nonNull ? [`values of ${name}.${column} are gone`] : []
  })
}
