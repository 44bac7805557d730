/** The lead of a batch as the release side runs it, without workers of its own; it tells when it began and ended. */
import { PostgresSliceLedger } from '../../../src/databases/postgres/slice-ledger/postgres-slice-ledger.ts'
import type { BatchLead, BatchPlan } from '../../../src/databases/slice-ledger.ts'
import { definitionDigest } from '../../../src/release-side/batch/definition-digest.ts'
import { type LeadAssignment, leadAttempt } from '../../../src/release-side/batch/lead-attempt.ts'
import { loadTask } from '../../../src/tasks/discovery.ts'
import { brand } from '../../../src/tasks/task.ts'
import { now } from '../clock.ts'
import { answer, say } from '../helpers/answer.ts'
import { backends } from './purser-backends.ts'

/** Notes when the batch begins, is on record, and is recorded as finished. */
class WatchedLedger extends PostgresSliceLedger {
  began = 0
  finished = 0

  override async begin(plan: BatchPlan): Promise<BatchLead> {
    this.began = now()
    const lead = await super.begin(plan)
    say('begun')
    const move = lead.move.bind(lead)
    lead.move = async (state) => {
      await move(state)
      if (state === 'finished') this.finished = now()
    }
    return lead
  }
}

answer({
  digest: (file: string) => definitionDigest(file),

  async lead(assignment: LeadAssignment) {
    const task = await loadTask(process.cwd(), assignment.file)
    if (task[brand] !== 'batch') throw new TypeError(`${assignment.file} holds no batch.`)
    let ledger: WatchedLedger | undefined
    const open = (url: string) => {
      ledger = new WatchedLedger(url)
      return ledger
    }
    const code = await leadAttempt(backends(open), assignment, task, assignment.parameters, () => {})
    if (code !== 0 || ledger === undefined) throw new Error(`The batch ended with ${code}.`)
    return ledger.finished - ledger.began
  },
})
