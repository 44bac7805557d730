import type { SchemaSnapshot, TableContent } from '../../../databases/inspector.ts'
import type { Statement } from '../../../databases/wire.ts'
import type { DiskEvidence, MigratorEnd, TraceEvidence } from '../evidence.ts'
import { Gauge } from '../gauge.ts'
import { play } from '../play.ts'
import { Recorder } from '../recorder.ts'
import { type SameThings, sameThings } from '../same-things.ts'
import type { Scene, Stage } from '../stage.ts'
import { touchedTables, uncountedTables } from '../touched-tables.ts'

/** What further passes compare with. */
export interface Traced extends TraceEvidence {
  /** What tables hold after it that it wrote to, new ones too, by their names now. */
  readonly outcome: ReadonlyMap<string, TableContent>
}

/**
 * Runs the migration once, with every statement of it watched, and compares what tables hold after it with what they hold
 * where it was not run.
 */
export async function trace(stage: Stage, played: Scene, untouched: Scene): Promise<Traced> {
  const before = await played.inspector.schema()
  const writtenBefore = await played.inspector.written()
  const recorder = new Recorder()
  const { end, disk } = await playMeasured(stage, played, recorder)
  const after = await played.inspector.schema()
  const { statements, transactions } = recorder
  const same = sameThings(before, after)
  const written = { before: writtenBefore, after: await played.inspector.written() }
  const uncounted = uncountedTables(statements, before, after, written)
  const touched = [...new Set([...touchedTables(statements, before, after), ...uncounted])].sort()
  const now = await played.inspector.content(tablesNow(touched, statements, before, after))
  const compared = await compareContent(touched, same, { now, played, untouched })
  const pendingAfter = end.code === 0 ? await stage.pending?.(played.inspector) : undefined
  return {
    ...{ end, ...disk, statements, transactions, before, after, ...compared, uncounted },
    historyTables: stage.historyTables.flatMap((name) => qualified(name, after)),
    ...(pendingAfter === undefined ? {} : { pendingAfter }),
    outcome: new Map(
      [...now].filter(
        ([name]) =>
          uncounted.includes(same.tableBefore(name) ?? name) ||
          wasWritten(name, same, statements, before, after),
      ),
    ),
  }
}

async function playMeasured(
  stage: Stage,
  scene: Scene,
  tap: Recorder,
): Promise<{ readonly end: MigratorEnd; readonly disk: DiskEvidence }> {
  await using gauge = await Gauge.begin(scene.inspector, 200)
  const end = await play(stage, scene, stage.migrate, { tap })
  return { end, disk: await gauge.end() }
}

/** Tables whose content is looked at afterwards: those that it touched, and new ones. */
function tablesNow(
  touched: readonly string[],
  statements: readonly Statement[],
  before: SchemaSnapshot,
  after: SchemaSnapshot,
): readonly string[] {
  const same = sameThings(before, after)
  const made = statements.flatMap(({ tables }) => [...tables.keys()])
  return [...new Set([...touched.flatMap((name) => same.tableAfter(name) ?? []), ...made])]
}

function wasWritten(
  name: string,
  same: SameThings,
  statements: readonly Statement[],
  { files }: SchemaSnapshot,
  after: SchemaSnapshot,
): boolean {
  const earlier = same.tableBefore(name) ?? name
  if (files.get(earlier) !== after.files.get(name)) return true
  return statements.some(({ tables }) => {
    const work = tables.get(name) ?? tables.get(earlier)
    return work !== undefined && work.inserted + work.updated + work.deleted > 0
  })
}

type Compared = Pick<TraceEvidence, 'contentBefore' | 'contentAfter' | 'distinct'>

interface Sides {
  readonly now: ReadonlyMap<string, TableContent>
  readonly played: Scene
  readonly untouched: Scene
}

async function compareContent(
  touched: readonly string[],
  same: SameThings,
  { now, played, untouched }: Sides,
): Promise<Compared> {
  const contentBefore = await untouched.inspector.content(touched)
  const contentAfter = new Map(
    touched.flatMap((name) => {
      const content = now.get(same.tableAfter(name) ?? '')
      return content === undefined ? [] : [[name, content] as const]
    }),
  )
  const differing = differingColumns(contentBefore, contentAfter, same)
  const distinctBefore = await untouched.inspector.distinct(differing.map(({ was }) => was))
  const distinctAfter = await played.inspector.distinct(differing.map(({ now }) => now))
  const distinct = new Map(
    differing.map(({ was, now }) => {
      const counts = [distinctBefore.get(nameOf(was)), distinctAfter.get(nameOf(now))]
      return [nameOf(was), { before: counts[0] ?? 0, after: counts[1] ?? 0 }]
    }),
  )
  return { contentBefore, contentAfter, distinct }
}

interface Column {
  readonly table: string
  readonly column: string
}

function nameOf({ table, column }: Column): string {
  return `${table}.${column}`
}

/** Columns whose content differs, as they were called then and are now. */
function differingColumns(
  before: ReadonlyMap<string, TableContent>,
  after: ReadonlyMap<string, TableContent>,
  same: SameThings,
): { readonly was: Column; readonly now: Column }[] {
  return [...before].flatMap(([table, { columns }]) =>
    [...columns].flatMap(([column, { digest }]) => {
      const now = { table: same.tableAfter(table), column: same.columnAfter(table, column) }
      const found = now.column === undefined ? undefined : after.get(table)?.columns.get(now.column)
      if (found === undefined || found.digest === digest) return []
      return [{ was: { table, column }, now: { table: now.table ?? table, column: now.column ?? column } }]
    }),
  )
}

/** A history table by its name alone is whatever table has that name. */
function qualified(name: string, { objects }: SchemaSnapshot): string[] {
  if (name.includes('.')) return [name]
  return objects
    .filter(({ kind, name: full }) => kind === 'table' && full.endsWith(`.${name}`))
    .map(({ name: full }) => full)
}
