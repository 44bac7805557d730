import type { Statement } from '../../../databases/wire.ts'
import { isHistory } from '../differences.ts'
import type { TraceEvidence, TwiceEvidence } from '../evidence.ts'
import { playAgain } from '../play.ts'
import { Recorder } from '../recorder.ts'
import type { Scene, Stage } from '../stage.ts'

/** Runs the migration again where it has just run, whatever became of it. */
export async function twice(stage: Stage, scene: Scene, traced: TraceEvidence): Promise<TwiceEvidence> {
  const recorder = new Recorder()
  const end = await playAgain(stage, scene, stage.migrate, traced, { tap: recorder })
  const now = await scene.inspector.schema()
  return {
    end,
    failsElsewhere: failsElsewhere(traced, recorder.statements),
    isFixedPoint:
      end.code === 0 && now.digest === traced.after.digest && !changesRows(stage, recorder.statements),
  }
}

/** Whether both failed, and not at one and the same statement. */
function failsElsewhere(traced: TraceEvidence, again: readonly Statement[]): boolean {
  const [first, second] = [lastFailing(traced.statements), lastFailing(again)]
  if (first === undefined || second === undefined) return false
  // one statement may fail first on the data, and then on what it has left itself
  if (first.text !== second.text || first.failure?.sqlState !== second.failure?.sqlState) return true
  // what is on record as done is not sent again
  return !hasRecorded(traced) && placeAmongAlike(first, traced.statements) !== placeAmongAlike(second, again)
}

/** The statement that it ended with; tools look for things that may be missing before. */
function lastFailing(statements: readonly Statement[]): Statement | undefined {
  return statements.findLast(({ failure }) => failure !== undefined && failure.sqlState !== '25P02')
}

function hasRecorded({ statements, historyTables }: TraceEvidence): boolean {
  return statements.some(({ tables }) => historyTables.some((table) => tables.has(table)))
}

/** Which of those with the same text it is: they may differ in the constants that are not shown. */
function placeAmongAlike(one: Statement, statements: readonly Statement[]): number {
  return statements.filter(({ text }) => text === one.text).indexOf(one)
}

/** Rows of the tool's history are its own. */
function changesRows({ historyTables }: Stage, statements: readonly Statement[]): boolean {
  return statements.some(({ tables }) =>
    [...tables].some(
      ([table, { inserted, updated, deleted }]) =>
        inserted + updated + deleted > 0 && !isHistory(historyTables, table),
    ),
  )
}
