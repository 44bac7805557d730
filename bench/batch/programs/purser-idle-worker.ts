/** A worker's process as the release side runs it, which also tells when a slice's effect is committed. */
import { PostgresSliceLedger } from '../../../src/databases/postgres/slice-ledger/postgres-slice-ledger.ts'
import type { SliceWorkshop, WorkshopPlan } from '../../../src/databases/slice-ledger.ts'
import { sliceWorker } from '../../../src/release-side/batch/slice-worker.ts'
import { Counter } from '../helpers/counted.ts'
import { backends } from './purser-backends.ts'

class WatchedLedger extends PostgresSliceLedger {
  override async open(plan: WorkshopPlan, begun?: Promise<void>): Promise<SliceWorkshop> {
    const workshop = await super.open(plan, begun)
    const counter = new Counter()
    const apply = workshop.apply.bind(workshop)
    workshop.apply = async (claim) => {
      const end = await apply(claim)
      counter.add()
      return end
    }
    return workshop
  }
}

// `sliceWorker` takes the first message that comes; the one before it is the benchmark's greeting.
process.once('message', ({ asks }: { asks: number }) => {
  void sliceWorker(backends((url) => new WatchedLedger(url)))
  process.send?.({ answers: asks, value: true })
})
