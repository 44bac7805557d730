import { buildCommand } from '@stricli/core'
import { PurserError } from '../../core/errors.ts'
import { duration } from '../../core/text.ts'
import { listRuns } from '../../operations/list-runs.ts'
import { durationOf, viewRun } from '../../operations/runs/view-run.ts'
import { lastAttempt, type Run } from '../../runs/run.ts'
import { environmentFlag, jsonFlag } from '../flags.ts'
import { loadContext, type Session } from '../session.ts'
import { age } from '../terminal/age.ts'
import { printable, shortened } from '../terminal/printable.ts'
import { paint, paintStanding } from '../terminal/style.ts'
import { table } from '../terminal/table.ts'

interface Flags {
  readonly environment?: string
  readonly limit: number
  readonly json: boolean
}

export const command = buildCommand<Flags, [], Session>({
  parameters: {
    flags: {
      environment: environmentFlag,
      limit: {
        kind: 'parsed',
        parse: parseLimit,
        brief: 'How many, the newest first',
        placeholder: 'N',
        default: '20',
      },
      json: jsonFlag,
    },
    aliases: { e: 'environment', n: 'limit' },
  },
  docs: {
    brief: 'List the newest runs',
    fullDescription: `List the newest runs, of one environment or of all.

  purser runs
  purser runs -e production -n 100 --json`,
  },
  async func({ environment, limit, json }) {
    const context = await loadContext(this, { readingWillDo: true })
    const runs = await listRuns(context, { environment, limit })
    if (json) console.log(JSON.stringify(runs.map((run) => viewRun(run))))
    else if (runs.length === 0)
      console.log('There are no runs yet. `purser run TASK -e ENV` makes the first.')
    else console.log(table([header(), ...runs.map((run) => row(run, context.now()))], { whole: 2 }))
  },
})

function header(): string[] {
  return ['RUN', 'STATUS', 'TASK', 'ENVIRONMENT', 'AGE', 'TOOK', 'WHO', 'WHY'].map((title) =>
    paint('dim', title),
  )
}

function row(run: Run, now: number): string[] {
  const { task, environment, actor, reason = '' } = run.request
  const took = durationOf(run) ?? sinceStart(run, now)
  return [
    paint('cyan', run.id),
    paintStanding(run),
    shortened(run.request.isRehearsal ? `${task} (rehearsed)` : task, 32),
    environment,
    age(now - run.requestedAt),
    took === undefined ? '' : duration(took),
    shortened(actor.name, 24),
    printable(reason),
  ]
}

function sinceStart(run: Run, now: number): number | undefined {
  const startedAt = lastAttempt(run)?.startedAt
  return startedAt === undefined || run.endedAt !== undefined ? undefined : now - startedAt
}

function parseLimit(typed: string): number {
  if (/^[1-9]\d{0,5}$/.test(typed)) return Number(typed)
  throw new PurserError('USAGE', {
    message: `"${typed}" is no number of runs.`,
    remedy: 'Write a number, such as 50.',
  })
}
