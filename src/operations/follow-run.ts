import type { Execution, Look } from '../executors/executor.ts'
import type { Frame } from '../runs/frames.ts'
import type { Context } from './context.ts'
import type { FoundRun } from './runs/find-run.ts'
import { foldLook } from './runs/settle-runs.ts'

/** An attempt's frames as they come, from the first; the ledger is kept up to date with them. */
export async function* followRun(
  context: Context,
  { run, ledger }: FoundRun,
  execution: Execution,
  signal?: AbortSignal,
): AsyncIterable<Frame> {
  let look: Look = {}
  for await (const frame of execution.frames({ follow: true, ...(signal === undefined ? {} : { signal }) })) {
    if (frame.kind === 'progress') look = { progress: frame }
    if (frame.kind === 'started') await foldLook(context, ledger, run, { started: frame })
    // what it told last says whether it is over or rests
    if (frame.kind === 'outcome') await foldLook(context, ledger, run, { ...look, ended: frame })
    yield frame
  }
}

/** Waits until an attempt is at work, or has ended already, so that the record says so before anybody leaves it. */
export async function awaitStart(context: Context, found: FoundRun, execution: Execution): Promise<void> {
  for await (const frame of followRun(context, found, execution)) {
    if (frame.kind === 'started' || frame.kind === 'outcome') return
  }
}
