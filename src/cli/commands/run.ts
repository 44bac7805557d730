import { buildCommand } from '@stricli/core'
import { PurserError } from '../../core/errors.ts'
import type { ParityReport } from '../../environment/parity/report.ts'
import { cancelRun } from '../../operations/cancel-run.ts'
import type { Context } from '../../operations/context.ts'
import { awaitStart, followRun } from '../../operations/follow-run.ts'
import { type FoundRun, readRun } from '../../operations/runs/find-run.ts'
import { settleRun } from '../../operations/runs/settle-runs.ts'
import { exitOf, viewRun } from '../../operations/runs/view-run.ts'
import type { Wish } from '../../operations/start-run/wish.ts'
import { startRun } from '../../operations/start-run.ts'
import type { Run } from '../../runs/run.ts'
import type { Argv } from '../../tasks/task.ts'
import { readDeclarations } from '../declarations.ts'
import {
  candidateFlag,
  differsFlag,
  environmentFlag,
  jsonFlag,
  parseDuration,
  reasonFlag,
  serviceFlag,
} from '../flags.ts'
import { Interruption } from '../interruption.ts'
import { proposeTasks } from '../proposals.ts'
import { readParameters } from '../read-parameters.ts'
import { loadContext, type Session } from '../session.ts'
import { describeParity } from '../terminal/describe-parity.ts'
import { describeStart } from '../terminal/describe-run.ts'
import { printEnd } from '../terminal/print-end.ts'
import { printFrames, printFramesAsJson } from '../terminal/print-frames.ts'
import { paint } from '../terminal/style.ts'

interface Flags {
  readonly environment?: string
  readonly service?: string
  readonly param?: readonly string[]
  readonly params?: string
  readonly reason?: string
  readonly timeout?: number
  readonly differs?: readonly string[]
  readonly candidate?: string
  readonly detach: boolean
  readonly json: boolean
}

export const command = buildCommand<Flags, [task?: string], Session>({
  parameters: {
    flags: {
      environment: environmentFlag,
      service: serviceFlag,
      param: {
        kind: 'parsed',
        parse: String,
        brief: 'A parameter',
        placeholder: 'NAME=VALUE',
        variadic: true,
        optional: true,
      },
      params: {
        kind: 'parsed',
        parse: String,
        brief: 'Parameters from a JSON file, or - for stdin',
        placeholder: 'FILE',
        optional: true,
      },
      reason: reasonFlag,
      timeout: {
        kind: 'parsed',
        parse: parseDuration,
        brief: 'Stop it after this long: 90s, 5m',
        placeholder: 'TIME',
        optional: true,
      },
      differs: differsFlag,
      candidate: candidateFlag,
      detach: { kind: 'boolean', brief: 'Return once it is at work', default: false, withNegated: false },
      json: jsonFlag,
    },
    positional: {
      kind: 'tuple',
      parameters: [
        {
          brief: 'A task of the release',
          parse: String,
          placeholder: 'TASK',
          proposeCompletions: proposeTasks,
          optional: true,
        },
      ],
    },
    aliases: { e: 'environment', p: 'param', d: 'detach', r: 'reason' },
  },
  docs: {
    brief: 'Run a task, or a command, in the release that serves now',
    fullDescription: `Run a task, or a command, in the release that serves now.

It exits with the task's own code; 80 to 85 are Purser's own. With --json each line is a frame, and the last the run.
Ctrl-C cancels the run, a second Ctrl-C leaves it to end by itself.

  purser run load-places -e local --param country=CH,FR --reason "first import"
  purser run load-places -e local --params parameters.json
  purser run migrate -e production --candidate sha256:9f2c…
  purser run -e production -- python3 manage.py clearsessions`,
    customUsage: [
      'TASK -e ENV [-p NAME=VALUE]... [--reason TEXT] [--detach]',
      '-e ENV [--reason TEXT] -- PROGRAM [ARGUMENT]...',
    ],
  },
  async func(flags, task) {
    const context = await loadContext(this, { readingWillDo: false })
    const wish = await readWish(this, flags, task)
    const interruption = new Interruption()
    const opening = new Opening(flags.json)
    const started = await startRun(context, wish, { judged: opening.judged })
    if ('refusals' in started) {
      printEnd(started.run, flags)
      process.exitCode = exitOf(started.run).exitCode
      return
    }
    opening.say(started.run)
    if (flags.detach) {
      await awaitStart(context, started, started.execution)
      return sayDetached(await readRun(started.ledger, started.run.id), flags.json)
    }
    interruption.onFirst(() => cancel(context, started))
    process.exitCode = leftToItself
    const frames = followRun(context, started, started.execution, interruption.leave)
    await (flags.json ? printFramesAsJson(frames) : printFrames(frames, { live: true }))
    const run = await settleRun(context, started.ledger, await readRun(started.ledger, started.run.id))
    printEnd(run, flags)
    process.exitCode = exitOf(run).exitCode ?? leftToItself
  },
})

// Whoever stopped watching, or whose output nobody reads any more, can't know of a success: as a shell ends at Ctrl-C.
const leftToItself = 130

async function readWish({ afterDashes }: Session, flags: Flags, task: string | undefined): Promise<Wish> {
  const { environment, service, reason, timeout, candidate, param = [], params } = flags
  const differs = readDeclarations(flags.differs ?? [])
  const common = { environment, service, reason, timeoutMs: timeout, differs, candidate }
  if (task !== undefined && afterDashes === undefined) {
    return { ...common, what: { task, ...(await readParameters(param, params)) } }
  }
  const [program, ...args] = afterDashes ?? []
  if (task === undefined && program !== undefined && param.length === 0 && params === undefined) {
    return { ...common, what: { argv: [program, ...args] satisfies Argv } }
  }
  throw new PurserError('USAGE', {
    message: 'A run takes either a task with its parameters, or a command after "--".',
    remedy: 'Such as `purser run load-places -e local`, or `purser run -e local -- sh backup.sh`.',
  })
}

/** The line before a run's output, and how its twin compares with the app: before the task begins. */
class Opening {
  readonly #isQuiet: boolean
  #isSaid = false

  constructor(isQuiet: boolean) {
    this.#isQuiet = isQuiet
  }

  readonly judged = (run: Run, report: ParityReport): void => {
    this.say(run)
    if (!this.#isQuiet) console.error(describeParity(report))
  }

  say(run: Run): void {
    if (!this.#isQuiet && !this.#isSaid) console.error(describeStart(run))
    this.#isSaid = true
  }
}

function sayDetached(run: Run, json: boolean): void {
  if (json) console.log(JSON.stringify(viewRun(run)))
  else
    console.error(
      paint('dim', `  It goes on by itself. Follow it with \`purser logs -f ${run.id}\`.`, process.stderr),
    )
}

async function cancel(context: Context, started: FoundRun): Promise<void> {
  console.error(paint('yellow', `\n  Cancelling run ${started.run.id} …`, process.stderr))
  await cancelRun(context, started, 'purser run was interrupted')
}
