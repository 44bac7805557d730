import { buildCommand } from '@stricli/core'
import { findBatchRun } from '../../operations/batches/find-batch-run.ts'
import { pauseRun } from '../../operations/pause-run.ts'
import { jsonFlag, reasonFlag, runArgument } from '../flags.ts'
import { loadContext, type Session } from '../session.ts'
import { printEnd } from '../terminal/print-end.ts'

interface Flags {
  readonly reason?: string
  readonly json: boolean
}

export const command = buildCommand<Flags, [run: string], Session>({
  parameters: {
    flags: { reason: reasonFlag, json: jsonFlag },
    positional: runArgument,
    aliases: { r: 'reason' },
  },
  docs: {
    brief: 'Let a batch rest: no new slice starts, wherever its workers are',
    fullDescription: `Let a batch rest: no new slice starts, wherever its workers are, and those at work end.

What is done stays done, and \`purser resume\` goes on from there, today or next month.

  purser pause k3m9q --reason "the sale begins at noon"`,
  },
  async func({ reason, json }, typed) {
    const context = await loadContext(this, { readingWillDo: true })
    printEnd(await pauseRun(context, await findBatchRun(context, typed), reason), { json })
  },
})
