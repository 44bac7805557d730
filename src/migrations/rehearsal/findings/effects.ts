import { count } from '../../../core/text.ts'
import type { SchemaObject } from '../../../databases/inspector.ts'
import type { TraceEvidence } from '../evidence.ts'
import { hasChanged } from '../seen/objects.ts'
import { type Scene, sceneOf } from '../seen/scene.ts'
import { rolledBack, transactionOf } from '../seen/transactions.ts'

/** All that is different afterwards, in words; the tool's history is left out. */
export function changesOf(trace: TraceEvidence): readonly string[] {
  const scene = sceneOf(trace)
  return [...schemaChanges(scene), ...contentChanges(trace), ...storageChanges(scene)]
}

/** Indexes that are not valid, and were not there or valid before. */
export function newlyInvalid({ before, after }: TraceEvidence): readonly string[] {
  return after.invalidIndexes.filter((index) => !before.invalidIndexes.includes(index))
}

function schemaChanges({ difference, trace }: Scene): readonly string[] {
  const isApps = ({ name, table, properties }: SchemaObject) =>
    ![name, table, properties.ownedBy?.split('.').slice(0, 2).join('.')].some(
      (one) => one !== undefined && trace.historyTables.includes(one),
    )
  return [
    ...difference.added.filter(isApps).map(({ kind, name }) => `${kind} ${name} is new`),
    ...difference.gone.filter(isApps).map(({ kind, name }) => `${kind} ${name} is gone`),
    ...difference.kept
      .filter((object) => isApps(object.before) && hasChanged(object))
      .map(({ before, after }) =>
        before.name === after.name
          ? `${before.kind} ${before.name} is another`
          : `${before.kind} ${before.name} is called ${after.name}`,
      ),
  ]
}

/** Rows of tables that are not the tool's, in transactions that were committed; and those that nobody counted. */
function contentChanges(trace: TraceEvidence): readonly string[] {
  const undone = rolledBack(trace)
  const written = new Map<string, number>()
  for (const statement of trace.statements) {
    if (undone.has(transactionOf(statement)) || statement.failure !== undefined) continue
    for (const [table, { inserted, updated, deleted, replaced }] of statement.tables) {
      const rows = inserted + updated + deleted
      if (trace.historyTables.includes(table) || (rows === 0 && replaced === undefined)) continue
      written.set(table, (written.get(table) ?? 0) + rows)
    }
  }
  const uncounted = (trace.uncounted ?? []).filter(
    (table) => !written.has(table) && !trace.historyTables.includes(table) && holdsOther(table, trace),
  )
  return [
    ...[...written].map(([table, rows]) =>
      rows === 0 ? `the storage of ${table} is another` : `${count(rows, 'row')} of ${table} were written`,
    ),
    ...uncounted.map((table) => `rows of ${table} are others`),
  ]
}

/** Whether a table holds something else in columns that are called as before. */
function holdsOther(table: string, { contentBefore, contentAfter }: TraceEvidence): boolean {
  const [before, after] = [contentBefore.get(table), contentAfter.get(table)]
  if (before === undefined || after === undefined) return false
  return (
    before.rows !== after.rows ||
    [...before.columns].some(([column, { digest }]) => {
      const now = after.columns.get(column)
      return now !== undefined && now.digest !== digest
    })
  )
}

function storageChanges({ trace, tables }: Scene): readonly string[] {
  return [...tables.values()].flatMap(({ name, nameAfter = name }) => {
    const [earlier, later] = [trace.before.files.get(name), trace.after.files.get(nameAfter)]
    return earlier !== undefined && later !== undefined && earlier !== later
      ? [`the storage of ${name} is another`]
      : []
  })
}
