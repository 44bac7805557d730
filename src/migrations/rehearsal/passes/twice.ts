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
  const failed = failing(recorder.statements)
  const failedBefore = failing(traced.statements)
  return {
    end,
    failsElsewhere: failed !== undefined && failedBefore !== undefined && !isAlike(failed, failedBefore),
    isFixedPoint:
      end.code === 0 && now.digest === traced.after.digest && !changesRows(stage, recorder.statements),
  }
}

/** The statement that it ended with; tools look for things that may be missing before. */
function failing(statements: readonly Statement[]): Statement | undefined {
  return statements.findLast(({ failure }) => failure !== undefined && failure.sqlState !== '25P02')
}

/** One statement may fail first on the data, and then on what it has left itself. */
function isAlike(one: Statement, other: Statement): boolean {
  return one.text === other.text && one.failure?.sqlState === other.failure?.sqlState
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
