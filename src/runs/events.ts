import type { Refusal } from '../core/errors.ts'
import type { JsonObject } from '../core/json.ts'
import type { ParityReport } from '../environment/parity/report.ts'
import type { TaskKind } from '../tasks/task.ts'
import type { Actor } from './actors.ts'
import type { Containment, OutputSummary } from './frames.ts'
import type { Outcome } from './outcomes.ts'
import type { AppliedRecord, RehearsalRecord } from './rehearsal.ts'

/** What was asked for. Secrets are redacted before it gets here. */
export interface RunRequest {
  readonly environment: string
  readonly service: string
  /** A task's name, or the ad-hoc command as it was typed. */
  readonly task: string
  readonly kind: TaskKind | 'ad-hoc' | 'worker'
  readonly parameters: JsonObject
  readonly actor: Actor
  readonly reason?: string
  readonly origin: Origin
  readonly release: ReleaseRecord
  /** A rehearsal: the migration is run on clones, and production is not touched. */
  readonly isRehearsal?: true
  /** Why a migration goes to production without a passing rehearsal. */
  readonly breakGlass?: string
  /** Where it is a batch, or a worker: whose slices. */
  readonly batch?: BatchRecord
  /** Things worth knowing that stopped nothing, such as a variable of the operator's shell that was ignored. */
  readonly notices: readonly string[]
}

/** Which batch a run works on. */
export interface BatchRecord {
  /** The run that began the batch, where that is not this one. */
  readonly id?: string
  /** The environment's database that it changes. */
  readonly database?: string
  /** Nothing of it is kept, so that there is nothing to go on with. */
  readonly isDryRun?: true
}

/** A release as the ledger keeps it: what identifies it, without values of variables. */
export interface ReleaseRecord {
  readonly digest: string
  readonly instances: readonly { readonly id: string; readonly facts: Readonly<Record<string, string>> }[]
}

/** One try at a run, as the ledger tells whoever looks for it. */
export interface AttemptRecord extends Origin {
  readonly id: string
}

/** Who let a run go on that rested. */
export interface Resumption {
  readonly actor: Actor
  /** Where it goes on in another release than it began in: which, and why that may be. */
  readonly release?: { readonly digest: string; readonly why: string }
}

/** Where something was asked for. */
export interface Origin {
  readonly host: string
  /** The `purser` process, so that a later one can tell whether it died over it. */
  readonly starter: ProcessIdentity
}

/** A process for certain: a pid alone is used again, a pid with its start is not. */
export interface ProcessIdentity {
  readonly pid: number
  /** Start time in clock ticks since boot (`/proc/PID/stat`, field 22), and the boot it counts from. */
  readonly startedTicks: number
  readonly boot: string
}

/** What can happen to a run, as the ledger tells it. */
export type RunEvent = RunMove | RunFinding

/** What leads a run to a status. */
export type RunMove =
  | { readonly kind: 'requested'; readonly request: RunRequest }
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] }
  | { readonly kind: 'starting'; readonly attempt: AttemptRecord; readonly resumed?: Resumption }
  | {
      readonly kind: 'running'
      readonly attempt: string
      readonly pid: number
      readonly containment: Containment
      readonly startedAt: number
      readonly parity?: ParityReport
    }
  | { readonly kind: 'pausing'; readonly actor: Actor; readonly reason?: string }
  /** Its attempt has ended and its work has not. */
  | {
      readonly kind: 'paused'
      readonly attempt: string
      readonly why: string
      readonly outcome: Outcome
      readonly endedAt: number
      readonly output?: OutputSummary
    }
  | { readonly kind: 'cancelling'; readonly actor: Actor; readonly reason?: string }
  | {
      readonly kind: 'ended'
      readonly attempt?: string
      readonly outcome: Outcome
      readonly endedAt: number
      readonly output?: OutputSummary
    }

/** What is learnt of a run beside its way from status to status, also after its end. */
export type RunFinding =
  | { readonly kind: 'rehearsed'; readonly rehearsal: RehearsalRecord }
  | { readonly kind: 'applied'; readonly applied: AppliedRecord }

export type RunEventKind = RunEvent['kind']
