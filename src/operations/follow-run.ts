import type { Execution } from '../executors/executor.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Frame } from '../runs/frames.ts'
import type { Run } from '../runs/run.ts'
import type { Context } from './context.ts'
import { foldLook } from './settle-runs.ts'

/** An attempt's frames as they come, from the first; the ledger is kept up to date with them. */
export async function* followRun(
  context: Context,
  run: Run,
  ledger: Ledger,
  execution: Execution,
  signal?: AbortSignal,
): AsyncIterable<Frame> {
  for await (const frame of execution.frames({ follow: true, ...(signal === undefined ? {} : { signal }) })) {
    if (frame.kind === 'started') await foldLook(context, ledger, run, { started: frame })
    if (frame.kind === 'outcome') await foldLook(context, ledger, run, { ended: frame })
    yield frame
  }
}
