import { PurserError } from '../../core/errors.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { RunEvent } from '../../runs/events.ts'
import { applyEvent, type Run } from '../../runs/run.ts'
import type { Context } from '../context.ts'
import { readRun } from './find-run.ts'

/** What is to be recorded of a run as it is now, if anything. */
export type Decide = (run: Run) => RunEvent | undefined

/**
 * Records what `decide` says of a run as it is now. When somebody else wrote first, it decides again: two processes
 * that see the same end record it once. Returns the run as it then is.
 */
export async function advanceRun(
  { now }: Pick<Context, 'now'>,
  ledger: Ledger,
  id: string,
  decide: Decide,
): Promise<Run> {
  for (;;) {
    const run = await readRun(ledger, id)
    const event = decide(run)
    if (event === undefined) return run
    const at = now()
    const advanced = applyEvent(run, { at, event }) // throws before an illegal move can get into the ledger
    const result = await ledger.append({ run: id, event, at }, { version: run.version })
    if ('appended' in result) return advanced
  }
}

/**
 * The same for what has happened already, and is kept elsewhere: while the ledger can't be written, the run is told as
 * it is, and a later command records it.
 */
export async function advanceOrTell(
  context: Context,
  ledger: Ledger,
  run: Run,
  decide: Decide,
): Promise<Run> {
  try {
    return await advanceRun(context, ledger, run.id, decide)
  } catch (error) {
    if (!(error instanceof PurserError) || !['LEDGER_UNWRITABLE', 'LEDGER_LOCKED'].includes(error.code))
      throw error
    context.warn(
      `${error.message} What became of run ${run.id} is recorded by a later command. ${error.remedy}`,
    )
    const event = decide(run)
    return event === undefined ? run : applyEvent(run, { at: context.now(), event })
  }
}
