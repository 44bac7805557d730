import { attemptId } from '../../core/ids.ts'
import { passwordsIn } from '../../core/redaction/passwords.ts'
import type { Secret } from '../../core/redaction/secrets.ts'
import type { Release } from '../../environment/release.ts'
import type { AttemptSpec, Execution, Work } from '../../executors/executor.ts'
import type { MigratorEnd } from '../../migrations/rehearsal/evidence.ts'
import type { Migrate } from '../../migrations/rehearsal/stage.ts'
import type { Frame } from '../../runs/frames.ts'
import type { Outcome } from '../../runs/outcomes.ts'
import type { Run } from '../../runs/run.ts'
import type { Context, RecordedTarget } from '../context.ts'
import { followRun } from '../follow-run.ts'
import { outputQuota } from '../start-run/launch-run.ts'
import type { Plan } from '../start-run/plan-run.ts'

/** What twins of a rehearsal are started with. */
export interface Casting {
  readonly context: Context
  readonly target: RecordedTarget
  readonly release: Release
  readonly plan: Plan
  readonly run: Run
  /** The variable that holds the URL of the database. */
  readonly variable: string
  /** Further variables in place of the app's. */
  readonly variables: Readonly<Record<string, string>>
  /** `false` where twins can't be kept apart here, and that was said to do. */
  readonly isApart: boolean
  /** Hears what the first twin prints; that of others is like it. */
  readonly frame: (frame: Frame) => void
}

/**
 * Runs a command of the migration's in twins that can reach nothing but a wire. The first is the run's own attempt; others
 * are its like, on record by what was seen of them.
 */
export function twinMigrator(casting: Casting): (work: Work) => Migrate {
  let started = 0
  return (work) => async (url, signal) => {
    started += 1
    const number = started
    const { target, release, context } = casting
    const begun = performance.now()
    const spec = specOf(casting, { work, id: attemptId(casting.run.id, number), url })
    const execution = await target.executor.start(spec, release, context.signal)
    const frames = number === 1 ? watched(casting, execution) : execution.frames({ follow: true })
    const outcome = await endOf(execution, frames, signal)
    const { escapes = [] } = await execution.look()
    if (number > 1 && outcome !== undefined) await execution.discard()
    return { code: codeOf(outcome), ms: Math.round(performance.now() - begun), escapes }
  }
}

interface Part {
  readonly work: Work
  readonly id: string
  readonly url: string
}

function specOf(casting: Casting, { work, id, url }: Part): AttemptSpec {
  const { target, plan, run, variable, variables, isApart } = casting
  const password: Secret[] = passwordsIn(url).map((value) => ({ name: variable, value }))
  return {
    ...{ id, run: run.id, work, output: plan.output, graceMs: plan.graceMs },
    quotaBytes: outputQuota(target.settings),
    secrets: [...plan.secrets, ...password],
    ...(plan.timeoutMs === undefined ? {} : { timeoutMs: plan.timeoutMs }),
    apart: { wire: { variable, url }, variables, ...(isApart ? {} : { isEnforced: false }) },
  }
}

/** What the first prints is heard of, and on record as that of any run. */
async function* watched({ context, target, run, frame: hear }: Casting, execution: Execution) {
  for await (const frame of followRun(context, { run, ledger: target.ledger }, execution)) {
    hear(frame)
    yield frame
  }
}

// An escape ends a rehearsal, so that it need not hang until it gives up.
const lookEveryMs = 200

/** Follows it to its end, which comes early where it is to be killed, or has tried to escape. */
async function endOf(
  execution: Execution,
  frames: AsyncIterable<Frame>,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const stop = () => void execution.stop().catch(() => {})
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  const watch = setInterval(async () => {
    const { escapes = [] } = await execution.look().catch(() => ({ escapes: [] }))
    if (escapes.length > 0) stop()
  }, lookEveryMs)
  try {
    for await (const frame of frames) if (frame.kind === 'outcome') return frame.outcome
    return undefined
  } finally {
    clearInterval(watch)
    signal.removeEventListener('abort', stop)
  }
}

function codeOf(outcome: Outcome | undefined): MigratorEnd['code'] {
  if (outcome?.end === 'exited') return outcome.code
  if (outcome?.end === 'killed') return outcome.signal
  return outcome?.end ?? 'lost'
}
