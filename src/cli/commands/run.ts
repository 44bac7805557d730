import { buildCommand } from '@stricli/core'
import { PurserError } from '../../core/errors.ts'
import type { Context } from '../../operations/context.ts'
import type { FoundRun } from '../../operations/runs/find-run.ts'
import { exitOf } from '../../operations/runs/view-run.ts'
import type { Wish, WishedBatch } from '../../operations/start-run/wish.ts'
import { startRun } from '../../operations/start-run.ts'
import type { Argv } from '../../tasks/task.ts'
import { readDeclarations } from '../declarations.ts'
import {
  candidateFlag,
  differsFlag,
  environmentFlag,
  jsonFlag,
  parseDuration,
  parseWhole,
  reasonFlag,
  serviceFlag,
} from '../flags.ts'
import { Interruption } from '../interruption.ts'
import { proposeTasks } from '../proposals.ts'
import { readParameters } from '../read-parameters.ts'
import { loadContext, type Session } from '../session.ts'
import { resumeAndWatch, startWorkers } from '../start-workers.ts'
import { askYes } from '../terminal/ask-yes.ts'
import { printEnd } from '../terminal/print-end.ts'
import { detachFrom, Opening, watchRun } from '../watch-run.ts'

interface Flags {
  readonly environment?: string
  readonly service?: string
  readonly param?: readonly string[]
  readonly params?: string
  readonly reason?: string
  readonly timeout?: number
  readonly differs?: readonly string[]
  readonly candidate?: string
  readonly workers?: number
  readonly canary?: number
  readonly dryRun: boolean
  readonly breakGlass?: string
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
      workers: {
        kind: 'parsed',
        parse: parseWhole,
        brief: 'Workers for a batch, each in a twin of its own',
        placeholder: 'N',
        optional: true,
      },
      canary: {
        kind: 'parsed',
        parse: parseWhole,
        brief: 'Do so many slices of a batch, then wait for a yes',
        placeholder: 'SLICES',
        optional: true,
      },
      dryRun: {
        kind: 'boolean',
        brief: 'Do the first slice of a batch, say what it changed, and roll it back',
        default: false,
        withNegated: false,
      },
      breakGlass: {
        kind: 'parsed',
        parse: String,
        brief: 'In an emergency: run a migration without a passing rehearsal, and say why',
        placeholder: 'REASON',
        optional: true,
      },
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

It exits with the task's own code; 80 to 86 are Purser's own. With --json each line is a frame, and the last the run.
Ctrl-C cancels the run, a second Ctrl-C leaves it to end by itself.

  purser run load-places -e local --param country=CH,FR --reason "first import"
  purser run load-places -e local --params parameters.json
  purser run migrate -e production --candidate sha256:9f2c…
  purser run fill-search-names -e production --canary 2
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
    await startWorkers(context, started.run, { ...flags, differs: wish.differs })
    if (flags.detach && started.hold === undefined) return detachFrom(context, started, flags.json)
    const run = await watchRun(context, started, { json: flags.json, interruption })
    if (flags.canary !== undefined && run.status === 'paused') await afterCanary(context, started, flags)
  },
})

/** A command would be carried out, however much it was to be a dry run. */
function refuseBatchFlags(flags: Flags): void {
  if (readBatch(flags).batch === undefined) return
  throw new PurserError('USAGE', {
    message: 'A command after "--" is no batch, so that workers, canaries and dry runs mean nothing to it.',
    remedy: 'Leave out `--workers`, `--canary` and `--dry-run`. Nothing was started.',
  })
}

function readBatch({ workers, canary, dryRun }: Flags): { batch?: WishedBatch } {
  if (dryRun && (workers !== undefined || canary !== undefined)) {
    throw new PurserError('USAGE', {
      message: 'A dry run does one slice by itself, and rolls it back.',
      remedy: 'Leave out `--workers` and `--canary`, or `--dry-run`.',
    })
  }
  if (workers === undefined && canary === undefined && !dryRun) return {}
  return {
    batch: {
      ...(workers === undefined ? {} : { workers }),
      ...(canary === undefined ? {} : { canary }),
      ...(dryRun ? { isDryRun: true } : {}),
    },
  }
}

/** On a terminal somebody can say yes; elsewhere the run rests until `purser resume`. */
async function afterCanary(context: Context, found: FoundRun, flags: Flags): Promise<void> {
  const { id } = found.run
  if (flags.json || !process.stdin.isTTY || !process.stderr.isTTY) return
  if (!(await askYes(`  Go on with all of run ${id}? [y/N] `))) return
  const { workers } = flags
  const differs = readDeclarations(flags.differs ?? [])
  await resumeAndWatch(context, found, { differs, ...(workers === undefined ? {} : { workers }) }, flags)
}

async function readWish({ afterDashes }: Session, flags: Flags, task: string | undefined): Promise<Wish> {
  const { environment, service, reason, timeout, candidate, breakGlass, param = [], params } = flags
  const differs = readDeclarations(flags.differs ?? [])
  const common = { environment, service, reason, timeoutMs: timeout, differs, candidate, breakGlass }
  if (task !== undefined && afterDashes === undefined) {
    const batch = readBatch(flags)
    return { ...common, what: { task, ...(await readParameters(param, params)), ...batch } }
  }
  if (afterDashes !== undefined) refuseBatchFlags(flags)
  const [program, ...args] = afterDashes ?? []
  if (task === undefined && program !== undefined && param.length === 0 && params === undefined) {
    return { ...common, what: { argv: [program, ...args] satisfies Argv } }
  }
  throw new PurserError('USAGE', {
    message: 'A run takes either a task with its parameters, or a command after "--".',
    remedy: 'Such as `purser run load-places -e local`, or `purser run -e local -- sh backup.sh`.',
  })
}
