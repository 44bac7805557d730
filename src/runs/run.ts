import { Bug, type Refusal } from '../core/errors.ts'
import type { ParityReport } from '../environment/parity/report.ts'
import type { Actor } from './actors.ts'
import type { AttemptRecord, RunEvent, RunMove, RunRequest } from './events.ts'
import type { Containment, OutputSummary } from './frames.ts'
import { type Outcome, statusOf } from './outcomes.ts'
import type { AppliedRecord, RehearsalRecord } from './rehearsal.ts'
import { mayMove, type Status } from './statuses.ts'

/** One ledgered request to run a task, as its events tell it. */
export interface Run {
  readonly id: string
  readonly status: Status
  readonly request: RunRequest
  readonly requestedAt: number
  /** How many events it has; an append names it, so that two writers cannot both be right. */
  readonly version: number
  readonly attempts: readonly Attempt[]
  readonly refusals: readonly Refusal[]
  readonly cancel?: Asked
  /** Who asked for its last pause. */
  readonly pause?: Asked
  /** Why it rests, while it does. */
  readonly rests?: string | undefined
  readonly outcome?: Outcome
  readonly endedAt?: number
  /** How the twin compared with the app, where it was observed. */
  readonly parity?: ParityReport
  /** What its rehearsal has shown, where it was one. */
  readonly rehearsal?: RehearsalRecord
  readonly rehearsedAt?: number
  /** What it did to production, where that was watched. */
  readonly applied?: AppliedRecord
}

/** Who asked for something, when, and why. Times are in milliseconds since the epoch. */
export interface Asked {
  readonly actor: Actor
  readonly reason?: string
  readonly at: number
}

/** One try at a run, as far as its events tell. Times are in milliseconds since the epoch. */
export interface Attempt extends AttemptRecord {
  readonly pid?: number
  readonly containment?: Containment
  readonly startedAt?: number
  readonly endedAt?: number
  readonly output?: OutputSummary
}

/** An event with the moment it was recorded, in milliseconds since the epoch. */
export interface RecordedEvent {
  readonly at: number
  readonly event: RunEvent
}

/** A run is a fold over its events, in their order. */
export function foldRun(id: string, history: readonly RecordedEvent[]): Run {
  const [first, ...rest] = history
  if (first === undefined || first.event.kind !== 'requested') {
    throw new Bug(`Run ${id} does not begin with a request.`)
  }
  const opened: Run = {
    id,
    status: 'queued',
    request: first.event.request,
    requestedAt: first.at,
    version: 1,
    attempts: [],
    refusals: [],
  }
  return rest.reduce(applyEvent, opened)
}

/** A run after one more event. An illegal move is a `Bug`. */
export function applyEvent(run: Run, { at, event }: RecordedEvent): Run {
  if (event.kind === 'rehearsed')
    return { ...run, version: run.version + 1, rehearsal: event.rehearsal, rehearsedAt: at }
  if (event.kind === 'applied') return { ...run, version: run.version + 1, applied: event.applied }
  const status = statusAfter(event)
  if (!mayMove(run.status, status) || contradicts(run, event))
    throw new Bug(`Run ${run.id} is ${run.status} and cannot become ${status}.`)
  const moved = { ...run, status, version: run.version + 1 }
  switch (event.kind) {
    case 'requested':
      throw new Bug(`Run ${run.id} was requested twice.`)
    case 'refused':
      return { ...moved, refusals: event.refusals, endedAt: at }
    case 'starting':
      return { ...moved, attempts: [...run.attempts, event.attempt], rests: undefined }
    case 'running':
      return withAttempt({ ...moved, ...parityOf(event) }, event.attempt, {
        pid: event.pid,
        containment: event.containment,
        startedAt: event.startedAt,
      })
    case 'pausing':
      return { ...moved, pause: { actor: event.actor, at, ...reasonOfEvent(event) } }
    case 'paused':
      return withAttempt({ ...moved, rests: event.why }, event.attempt, {
        endedAt: event.endedAt,
        ...(event.output === undefined ? {} : { output: event.output }),
      })
    case 'cancelling':
      return { ...moved, rests: undefined, cancel: { actor: event.actor, at, ...reasonOfEvent(event) } }
    case 'ended': {
      const ended = {
        ...moved,
        rests: undefined,
        outcome: event.outcome,
        endedAt: event.endedAt,
        ...refusalOf(event.outcome),
      }
      if (event.attempt === undefined) return ended
      return withAttempt(ended, event.attempt, {
        endedAt: event.endedAt,
        ...(event.output === undefined ? {} : { output: event.output }),
      })
    }
  }
}

function reasonOfEvent({ reason }: { readonly reason?: string }): { readonly reason?: string } {
  return reason === undefined ? {} : { reason }
}

function refusalOf(outcome: Outcome): Partial<Run> {
  return outcome.end === 'refused' ? { refusals: outcome.refusals, ...parityOf(outcome) } : {}
}

function parityOf({ parity }: Pick<Run, 'parity'>): Pick<Run, 'parity'> {
  return parity === undefined ? {} : { parity }
}

/** Whether an event leads to a status, or only tells something of its run. */
export function isMove(event: RunEvent): event is RunMove {
  return event.kind !== 'rehearsed' && event.kind !== 'applied'
}

/** What has not begun succeeds only where there was nothing to do, which is not said of what has begun. */
function contradicts({ status, attempts }: Run, event: RunMove): boolean {
  if (event.kind !== 'ended') return false
  if (event.outcome.end === 'needless') return attempts.some(({ startedAt }) => startedAt !== undefined)
  return status === 'queued' && statusAfter(event) === 'succeeded'
}

/** The status that an event leads to. */
export function statusAfter(event: RunMove): Status {
  switch (event.kind) {
    case 'requested':
      return 'queued'
    case 'refused':
    case 'starting':
    case 'running':
    case 'pausing':
    case 'paused':
    case 'cancelling':
      return event.kind
    case 'ended':
      return statusOf(event.outcome)
  }
}

function withAttempt(run: Run, id: string, change: Partial<Attempt>): Run {
  return {
    ...run,
    attempts: run.attempts.map((attempt) => (attempt.id === id ? { ...attempt, ...change } : attempt)),
  }
}

export function lastAttempt(run: Run): Attempt | undefined {
  return run.attempts.at(-1)
}
