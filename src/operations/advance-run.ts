import type { Ledger } from '../ledger/ledger.ts'
import type { RunEvent } from '../runs/events.ts'
import { applyEvent, type Run } from '../runs/run.ts'
import type { Context } from './context.ts'
import { readRun } from './ledgers.ts'

/**
 * Records what `decide` says of a run as it is now. When somebody else wrote first, it decides again: two processes
 * that see the same end record it once. Returns the run as it then is.
 */
export async function advanceRun(
  { now }: Pick<Context, 'now'>,
  ledger: Ledger,
  id: string,
  decide: (run: Run) => RunEvent | undefined,
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
