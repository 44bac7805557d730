import type { ParityReport } from '../environment/parity/report.ts'
import type { Execution } from '../executors/executor.ts'
import type { Hold } from '../operations/apply/hold-production.ts'
import { settleHold } from '../operations/apply/settle-hold.ts'
import { cancelRun } from '../operations/cancel-run.ts'
import type { Context } from '../operations/context.ts'
import { awaitStart, followRun } from '../operations/follow-run.ts'
import { type FoundRun, readRun } from '../operations/runs/find-run.ts'
import { settleRun } from '../operations/runs/settle-runs.ts'
import { exitOf, viewRun } from '../operations/runs/view-run.ts'
import type { Run } from '../runs/run.ts'
import type { Interruption } from './interruption.ts'
import { describeParity } from './terminal/describe-parity.ts'
import { describeStart } from './terminal/describe-run.ts'
import { printEnd } from './terminal/print-end.ts'
import { printFrames, printFramesAsJson } from './terminal/print-frames.ts'
import { paint } from './terminal/style.ts'

// Whoever stopped watching, or whose output nobody reads any more, can't know of a success: as a shell ends at Ctrl-C.
export const leftToItself = 130

/** Follows a run to its end, prints it, and takes its exit code. Ctrl-C cancels it. Returns the run as it then is. */
export async function watchRun(
  context: Context,
  started: FoundRun & { readonly execution: Execution; readonly hold?: Hold },
  { json, interruption }: { readonly json: boolean; readonly interruption: Interruption },
): Promise<Run> {
  interruption.onFirst(() => cancel(context, started))
  process.exitCode = leftToItself
  const frames = followRun(context, started, started.execution, interruption.leave)
  await (json ? printFramesAsJson(frames) : printFrames(frames, { live: true }))
  const { hold, ledger } = started
  const settled = await settleRun(context, ledger, await readRun(ledger, started.run.id))
  const run = hold === undefined ? settled : await settleHold(context, started, hold)
  printEnd(run, { json })
  process.exitCode = exitOf(run).exitCode ?? leftToItself
  return run
}

/** Leaves a run to itself once it is at work. */
export async function detachFrom(
  context: Context,
  started: FoundRun & { readonly execution: Execution },
  json: boolean,
): Promise<void> {
  await awaitStart(context, started, started.execution)
  const run = await readRun(started.ledger, started.run.id)
  if (json) return console.log(JSON.stringify(viewRun(run)))
  const words = `  It goes on by itself. Follow it with \`purser logs -f ${run.id}\`.`
  console.error(paint('dim', words, process.stderr))
}

async function cancel(context: Context, started: FoundRun): Promise<void> {
  const doing = started.run.request.kind === 'worker' ? 'Draining worker' : 'Cancelling run'
  console.error(paint('yellow', `\n  ${doing} ${started.run.id} …`, process.stderr))
  await cancelRun(context, started, 'purser run was interrupted')
}

/** The line before a run's output, and how its twin compares with the app: before the task begins. */
export class Opening {
  readonly #isQuiet: boolean
  #isSaid = false

  constructor(isQuiet: boolean) {
    this.#isQuiet = isQuiet
  }

  readonly judged = (run: Run, report: ParityReport): void => {
    this.say(run)
    if (!this.#isQuiet) console.error(describeParity(report))
  }

  say(run: Run): void {
    if (!this.#isQuiet && !this.#isSaid) console.error(describeStart(run))
    this.#isSaid = true
  }
}
