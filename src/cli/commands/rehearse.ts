import { buildCommand } from '@stricli/core'
import { PurserError } from '../../core/errors.ts'
import { reportAsMarkdown } from '../../operations/rehearsals/read-report.ts'
import { rehearseTask } from '../../operations/rehearse-task.ts'
import { exitOf } from '../../operations/runs/view-run.ts'
import { type PassName, passNames } from '../../runs/rehearsal.ts'
import type { Run } from '../../runs/run.ts'
import { readDeclarations } from '../declarations.ts'
import { candidateFlag, differsFlag, environmentFlag, jsonFlag, reasonFlag, serviceFlag } from '../flags.ts'
import { Interruption } from '../interruption.ts'
import { proposeMigrations } from '../proposals.ts'
import { expectWritable, writeReport } from '../report-file.ts'
import { loadContext, type Session } from '../session.ts'
import { stopRehearsal } from '../stop-rehearsal.ts'
import { describeStart } from '../terminal/describe-run.ts'
import { printVerdict } from '../terminal/print-end.ts'
import { paintSentence } from '../terminal/style.ts'

const optional = passNames.filter((pass) => pass !== 'trace')

interface Flags {
  readonly environment?: string
  readonly service?: string
  readonly candidate?: string
  readonly reason?: string
  readonly differs?: readonly string[]
  readonly without?: readonly PassName[]
  readonly strict: boolean
  readonly markdown?: string
  readonly json: boolean
}

export const command = buildCommand<Flags, [task: string], Session>({
  parameters: {
    flags: {
      environment: environmentFlag,
      service: serviceFlag,
      candidate: candidateFlag,
      reason: reasonFlag,
      differs: differsFlag,
      without: {
        kind: 'parsed',
        parse: parsePass,
        brief: 'Passes that are not played: dying,undo,crowd',
        placeholder: 'PASS',
        variadic: ',',
        optional: true,
        proposeCompletions: () => optional,
      },
      strict: {
        kind: 'boolean',
        brief: 'Count what was seen to happen, however short it was: for clones smaller than production',
        default: false,
        withNegated: false,
      },
      markdown: {
        kind: 'parsed',
        parse: String,
        brief: 'Write a report for a pull request',
        placeholder: 'FILE',
        optional: true,
      },
      json: jsonFlag,
    },
    positional: {
      kind: 'tuple',
      parameters: [
        {
          brief: 'A migration of the release',
          parse: String,
          placeholder: 'TASK',
          proposeCompletions: proposeMigrations,
        },
      ],
    },
    aliases: { e: 'environment', r: 'reason' },
  },
  docs: {
    brief: 'Rehearse a migration on a clone of production',
    fullDescription: `Rehearse a migration on a clone of production: its own command is run there and watched, and production is not touched.

It exits with 0 for a pass or where nothing is pending, 1 for a fail, and 82 where something that must be seen was not.
Ctrl-C ends it in order; a second Ctrl-C gives up at once, and what is left is swept by the next rehearsal.

  purser rehearse migrate -e production
  purser rehearse migrate -e production --candidate sha256:9f2c… --markdown rehearsal.md
  purser rehearse migrate -e staging --strict --without dying,undo --json`,
  },
  async func(flags, task) {
    if (flags.markdown !== undefined) await expectWritable(flags.markdown)
    let begun: Run | undefined
    const signal = stopRehearsal(new Interruption(), () => begun)
    const context = { ...(await loadContext(this, { readingWillDo: false })), signal }
    const { environment, service, candidate, reason, strict, json } = flags
    const run = await rehearseTask(
      context,
      {
        ...{ task, environment, service, candidate, reason },
        differs: readDeclarations(flags.differs ?? []),
        off: flags.without ?? [],
        ...(strict ? { mode: 'strict' as const } : {}),
      },
      {
        ...(json ? {} : watching),
        begun(run) {
          begun = run
          if (!json) console.error(describeStart(run))
        },
      },
    )
    process.exitCode = exitOf(run).exitCode
    await printVerdict(context, run, { json })
    if (flags.markdown !== undefined) await writeReport(flags.markdown, await reportAsMarkdown(context, run))
  },
})

const watching: NonNullable<Parameters<typeof rehearseTask>[2]> = {
  said: (sentence) => console.error(paintSentence(sentence)),
  frame: (frame) => {
    if (frame.kind === 'output') process.stderr.write(frame.bytes)
  },
}

function parsePass(typed: string): PassName {
  const found = optional.find((pass) => pass === typed)
  if (found !== undefined) return found
  throw new PurserError('USAGE', {
    message: `"${typed}" is no pass that can be left out.`,
    remedy: `Those are ${optional.join(', ')}.`,
  })
}
