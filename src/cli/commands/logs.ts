import { buildCommand } from '@stricli/core'
import { readLog } from '../../operations/read-log.ts'
import { awaitVerdict } from '../../operations/rehearsals/await-verdict.ts'
import { showRun } from '../../operations/show-run.ts'
import { jsonFlag, runArgument } from '../flags.ts'
import { loadContext, type Session } from '../session.ts'
import { printVerdict } from '../terminal/print-end.ts'
import { printFrames, printFramesAsJson } from '../terminal/print-frames.ts'

interface Flags {
  readonly follow: boolean
  readonly json: boolean
}

export const command = buildCommand<Flags, [run: string], Session>({
  parameters: {
    flags: {
      follow: { kind: 'boolean', brief: 'Go on until the run ends', default: false, withNegated: false },
      json: jsonFlag,
    },
    positional: runArgument,
    aliases: { f: 'follow' },
  },
  docs: {
    brief: "Print a run's output, as it was kept",
    fullDescription: `Print a run's output: its stdout to stdout, its stderr to stderr, redacted as it was kept.

With --follow it goes on until the run ends; a rehearsal, until its verdict.

  purser logs last
  purser logs -f k3m9q
  purser logs k3m9q --json`,
  },
  async func({ follow, json }, typed) {
    const context = await loadContext(this, { readingWillDo: true })
    const { run, ledger, frames } = await readLog(context, typed, { follow, signal: context.signal })
    await (json ? printFramesAsJson(frames) : printFrames(frames, { live: follow }))
    if (!follow || json) return
    const ended = run.request.isRehearsal
      ? await awaitVerdict(context, { run, ledger })
      : (await showRun(context, run.id)).run
    await printVerdict(context, ended, { json })
  },
})
