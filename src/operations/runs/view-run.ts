import { constants } from 'node:os'
import { exitCodes, type Refusal } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { ParityReport } from '../../environment/parity/report.ts'
import type { Look } from '../../executors/executor.ts'
import type { Actor } from '../../runs/actors.ts'
import type { OutputSummary } from '../../runs/frames.ts'
import { exitCodeOf, type Outcome, ownExitCode } from '../../runs/outcomes.ts'
import type { AppliedRecord, RehearsalRecord } from '../../runs/rehearsal.ts'
import { lastAttempt, type Run } from '../../runs/run.ts'
import type { Status } from '../../runs/statuses.ts'

/** A run as `--json` shows it: flat, times in ISO 8601, durations in milliseconds. */
export interface RunView {
  readonly run: string
  readonly status: Status
  readonly environment: string
  readonly service: string
  readonly task: string
  readonly kind: string
  readonly parameters: JsonObject
  readonly actor: Actor
  readonly reason?: string
  readonly release: string
  readonly notices: readonly string[]
  readonly requestedAt: string
  readonly startedAt?: string
  readonly endedAt?: string
  readonly durationMs?: number
  readonly progress?: ProgressView
  /** Why it rests, while it does. */
  readonly rests?: string
  /** The run that began the batch that it works on, where that is another. */
  readonly batch?: string
  readonly outcome?: Outcome
  readonly exitCode?: number
  /** Whether the exit code is the task's own or Purser's. */
  readonly exitCodeFrom?: 'task' | 'purser'
  readonly refusals: readonly Refusal[]
  readonly cancelledBy?: Actor
  readonly attempts: readonly {
    readonly id: string
    readonly host: string
    readonly pid?: number
    readonly containment?: string
  }[]
  readonly output?: OutputSummary
  readonly parity?: ParityReport
  /** It is a rehearsal; its verdict is in `rehearsal`, or it has none, which is `not-rehearsed` unless it was needless. */
  readonly isRehearsal?: true
  readonly rehearsal?: RehearsalRecord
  /** Why it went to production without a passing rehearsal. */
  readonly breakGlass?: string
  /** What it did to production, where that was watched. */
  readonly applied?: AppliedRecord
}

/** How far a run is, by its own word. */
export interface ProgressView {
  readonly done: number
  readonly total?: number
  readonly label?: string
  /** How fast it goes lately, and how long the rest would take at that speed. */
  readonly perSecond?: number
  readonly leftMs?: number
}

/** The view of a run; its progress is that of the look, if there was one. */
export function viewRun(run: Run, look: Look = {}): RunView {
  const { request, outcome, refusals } = run
  const attempt = lastAttempt(run)
  const iso = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString())
  const progress = look.progress
  return withoutUndefined({
    run: run.id,
    status: run.status,
    environment: request.environment,
    service: request.service,
    task: request.task,
    kind: request.kind,
    parameters: request.parameters,
    actor: request.actor,
    reason: request.reason,
    release: request.release.digest,
    notices: request.notices,
    requestedAt: new Date(run.requestedAt).toISOString(),
    startedAt: iso(attempt?.startedAt),
    endedAt: iso(run.endedAt),
    durationMs: durationOf(run),
    progress: progress && viewProgress(progress),
    rests: run.rests,
    batch: request.batch?.id,
    outcome,
    ...exitOf(run),
    refusals,
    cancelledBy: run.cancel?.actor,
    attempts: run.attempts.map(({ id, host, pid, containment }) =>
      withoutUndefined({ id, host, pid, containment }),
    ),
    output: attempt?.output,
    parity: run.parity,
    isRehearsal: request.isRehearsal,
    rehearsal: run.rehearsal,
    breakGlass: request.breakGlass,
    applied: run.applied,
  })
}

function viewProgress({ done, total, label, perSecond }: NonNullable<Look['progress']>): ProgressView {
  const isGoing = total !== undefined && perSecond !== undefined && perSecond > 0
  const leftMs = isGoing ? Math.round((Math.max(0, total - done) / perSecond) * 1_000) : undefined
  return withoutUndefined({ done, total, label, perSecond, leftMs })
}

/** How long the attempt was at work, once it has ended. */
export function durationOf(run: Run): number | undefined {
  const startedAt = lastAttempt(run)?.startedAt
  return startedAt === undefined || run.endedAt === undefined ? undefined : run.endedAt - startedAt
}

/** The exit code that `purser run` ends with for this run, once it has ended. */
export function exitOf({ request, status, outcome, refusals, rehearsal }: Run): {
  exitCode?: number
  exitCodeFrom?: 'task' | 'purser'
} {
  if (refusals.length > 0) {
    const usage = refusals.every(({ code }) => ['PARAMETERS_INVALID', 'COMMAND_NOT_FOUND'].includes(code))
    return { exitCode: usage ? exitCodes.usage : exitCodes.refused, exitCodeFrom: 'purser' }
  }
  if (outcome?.end === 'needless') return { exitCode: 0, exitCodeFrom: 'purser' }
  if (request.isRehearsal && (rehearsal ?? outcome) !== undefined)
    return { exitCode: verdictCodes[rehearsal?.verdict ?? 'not-rehearsed'], exitCodeFrom: 'purser' }
  if (status === 'paused') return { exitCode: exitCodes.paused, exitCodeFrom: 'purser' }
  if (outcome === undefined) return {}
  const isOurs = ownExitCode(outcome) !== undefined || isLeads(request.kind, outcome)
  return { exitCode: exitCodeOf(outcome, constants.signals), exitCodeFrom: isOurs ? 'purser' : 'task' }
}

const verdictCodes = { pass: 0, fail: 1, 'not-rehearsed': exitCodes.notRehearsed } as const

/** Whoever leads a batch, or works on some, is Purser: what is wrong with the task or its wiring it says itself. */
function isLeads(kind: Run['request']['kind'], outcome: Outcome): boolean {
  const isPursers = kind === 'batch' || kind === 'worker'
  return isPursers && outcome.end === 'exited' && outcome.code === exitCodes.usage
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>
}
