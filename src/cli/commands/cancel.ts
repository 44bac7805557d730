import { buildCommand } from '@stricli/core'
import { cancelRun } from '../../operations/cancel-run.ts'
import { findRun } from '../../operations/runs/find-run.ts'
import { lastAttempt } from '../../runs/run.ts'
import { jsonFlag, reasonFlag, runArgument } from '../flags.ts'
import { loadContext, type Session } from '../session.ts'
import { printEnd } from '../terminal/print-end.ts'
import { paint } from '../terminal/style.ts'

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
    brief: 'Stop a run, with all that it started',
    fullDescription: `Stop a run: SIGTERM to all of its processes, and SIGKILL to what is left after its grace period.

It returns when all of them are known dead; where the system has no cgroup for us, it says that it did its best.

  purser cancel k3m9q --reason "wrong country"`,
  },
  async func({ reason, json }, typed) {
    const context = await loadContext(this, { readingWillDo: true })
    const run = await cancelRun(context, await findRun(context, typed), reason)
    printEnd(run, { json })
    const containment = lastAttempt(run)?.containment
    if (json || containment === undefined) return
    const remark =
      containment === 'exact'
        ? 'All of its processes are known dead.'
        : 'Best effort: a process that left its session and emptied its environment would not have been found.'
    console.error(paint('dim', `  ${remark}`, process.stderr))
  },
})
