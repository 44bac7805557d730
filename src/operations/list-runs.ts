import type { Run } from '../runs/run.ts'
import type { Context } from './context.ts'
import { resolveEnvironment } from './releases/resolve-target.ts'
import { readRun } from './runs/find-run.ts'
import { allLedgers, openLedger } from './runs/ledgers.ts'
import { settleRun, settleRuns } from './runs/settle-runs.ts'

/** The newest runs of one environment, or of all. */
export async function listRuns(
  context: Context,
  { environment, limit }: { readonly environment: string | undefined; readonly limit: number },
): Promise<readonly Run[]> {
  const ledgers =
    environment === undefined
      ? await allLedgers(context)
      : [await openLedger(context, resolveEnvironment(context, environment).settings)]
  const runs: Run[] = []
  for (const ledger of ledgers) {
    await settleRuns(context, ledger)
    // An environment may share its ledger: read on until enough of its own are found.
    const ids = await ledger.find(environment === undefined ? { limit } : {})
    let found = 0
    for (const id of ids) {
      if (found === limit) break
      const run = await settleRun(context, ledger, await readRun(ledger, id))
      if (environment !== undefined && run.request.environment !== environment) continue
      runs.push(run)
      found += 1
    }
  }
  // Within a ledger its own order is the true one, whatever became of a clock.
  const isMerged = ledgers.length > 1
  return (isMerged ? runs.sort((a, b) => b.requestedAt - a.requestedAt) : runs).slice(0, limit)
}
