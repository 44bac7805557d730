import { describe } from 'vitest'
import { makeBench, type World } from './slice-ledger/bench.ts'
import { describeLeading } from './slice-ledger/leading.ts'
import { describeSlicing } from './slice-ledger/slicing.ts'
import { describeTrying } from './slice-ledger/trying.ts'

/** What every slice ledger must do, whatever database it is in. */
export function describeSliceLedger(name: string, makeWorld: () => Promise<World>): void {
  describe(name, () => {
    const bench = makeBench(makeWorld)
    describeSlicing(bench)
    describeTrying(bench)
    describeLeading(bench)
  })
}
