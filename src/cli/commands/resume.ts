import { buildCommand } from '@stricli/core'
import { findBatchRun } from '../../operations/batches/find-batch-run.ts'
import { readDeclarations } from '../declarations.ts'
import { differsFlag, jsonFlag, parseWhole, runArgument } from '../flags.ts'
import { loadContext, type Session } from '../session.ts'
import { resumeAndWatch } from '../start-workers.ts'

interface Flags {
  readonly workers?: number
  readonly differs?: readonly string[]
  readonly detach: boolean
  readonly json: boolean
}

export const command = buildCommand<Flags, [run: string], Session>({
  parameters: {
    flags: {
      workers: {
        kind: 'parsed',
        parse: parseWhole,
        brief: 'Workers, each in a twin of its own',
        placeholder: 'N',
        optional: true,
      },
      differs: differsFlag,
      detach: { kind: 'boolean', brief: 'Return once it is at work', default: false, withNegated: false },
      json: jsonFlag,
    },
    positional: runArgument,
    aliases: { d: 'detach' },
  },
  docs: {
    brief: 'Let a batch that rests go on where it was',
    fullDescription: `Let a batch that rests go on where it was: one that was paused, whose canary is done, or whose lead was killed.

It goes on in the release that it began in; another one must be declared.

  purser resume k3m9q --workers 4
  purser resume k3m9q --differs release="mends the encoding"`,
  },
  async func({ workers, differs, ...flags }, typed) {
    const context = await loadContext(this, { readingWillDo: false })
    const found = await findBatchRun(context, typed)
    const options = {
      differs: readDeclarations(differs ?? []),
      ...(workers === undefined ? {} : { workers }),
    }
    await resumeAndWatch(context, found, options, flags)
  },
})
