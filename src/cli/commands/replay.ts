import { buildCommand } from '@stricli/core'
import { count } from '../../core/text.ts'
import { findBatchRun } from '../../operations/batches/find-batch-run.ts'
import { replayRun } from '../../operations/replay-run.ts'
import { exitOf } from '../../operations/runs/view-run.ts'
import { startRun } from '../../operations/start-run.ts'
import { readDeclarations } from '../declarations.ts'
import { differsFlag, jsonFlag, reasonFlag, runArgument } from '../flags.ts'
import { Interruption } from '../interruption.ts'
import { loadContext, type Session } from '../session.ts'
import { printEnd } from '../terminal/print-end.ts'
import { Opening, watchRun } from '../watch-run.ts'

interface Flags {
  readonly reason?: string
  readonly differs?: readonly string[]
  readonly json: boolean
}

export const command = buildCommand<Flags, [run: string], Session>({
  parameters: {
    flags: { reason: reasonFlag, differs: differsFlag, json: jsonFlag },
    positional: runArgument,
    aliases: { r: 'reason' },
  },
  docs: {
    brief: 'Do the buried rows of a batch again, and what else it left undone',
    fullDescription: `Do the buried rows of a batch again, each once however often this is typed, and what else it left undone.

A run that is at work does them itself; for one that has ended another run goes on with its batch.

  purser replay k3m9q --reason "the encoding is mended"`,
  },
  async func({ reason, differs, json }, typed) {
    const context = await loadContext(this, { readingWillDo: false })
    const declared = readDeclarations(differs ?? [])
    const { rows, wish } = await replayRun(context, await findBatchRun(context, typed), {
      reason,
      differs: declared,
    })
    if (!json) console.error(`  ${count(rows, 'row')} put back.`)
    if (wish === undefined) return json ? console.log(JSON.stringify({ rows })) : undefined
    const interruption = new Interruption()
    const opening = new Opening(json)
    const started = await startRun(context, wish, { judged: opening.judged })
    if ('refusals' in started) {
      printEnd(started.run, { json })
      process.exitCode = exitOf(started.run).exitCode
      return
    }
    opening.say(started.run)
    await watchRun(context, started, { json, interruption })
  },
})
