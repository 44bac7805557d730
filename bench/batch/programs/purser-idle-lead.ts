/** A batch whose slices are planned one by one, when they are asked for. */
import { resolveBatch } from '../../../src/batches/definition.ts'
import { PostgresSliceLedger } from '../../../src/databases/postgres/slice-ledger/postgres-slice-ledger.ts'
import type { BatchLead } from '../../../src/databases/slice-ledger.ts'
import { brand } from '../../../src/tasks/task.ts'
import { now } from '../clock.ts'
import { answer } from '../helpers/answer.ts'
import task from '../tasks/raise.ts'

interface Place {
  readonly url: string
  readonly run: string
}

if (task[brand] !== 'batch') throw new TypeError('The measured task is no batch.')
const { source, limits } = resolveBatch(task, {})
let lead: BatchLead

answer({
  async prepare({ url, run: id }: Place) {
    const about = { task: task.name, definition: 'bench', parameters: {} }
    lead = await new PostgresSliceLedger(url).begin({ id, ...about, source, leaseMs: limits.leaseMs })
  },
  async makeOne() {
    await lead.extend(1, 1)
    return now()
  },
})
