import { type ExitCode, exitCodes, type Refusal } from '../core/errors.ts'
import { byteSize, duration } from '../core/text.ts'
import type { ParityReport } from '../environment/parity/report.ts'
import type { Status } from './statuses.ts'

/** How an attempt ended, as whoever held its process saw it. */
export type Outcome =
  | ({ readonly end: 'exited'; readonly code: number } & Memory)
  | ({ readonly end: 'killed'; readonly signal: string } & Memory)
  /** A gate refused the twin, after its entrypoint and before the task's first instruction. */
  | { readonly end: 'refused'; readonly refusals: readonly Refusal[]; readonly parity?: ParityReport }
  /** A stop was asked for, and delivered before the task ended by itself. */
  | { readonly end: 'stopped'; readonly signal: string }
  | { readonly end: 'timed-out'; readonly afterMs: number }
  /** There was nothing for it to do, so that nothing was started. */
  | { readonly end: 'needless'; readonly why: string }
  /** The command could not be started at all. */
  | { readonly end: 'unstartable'; readonly why: string }
  | { readonly end: 'lost'; readonly why: string }

/** `oom`: the kernel killed it, or one of its processes, because the memory was up; `limitBytes`: that of the container. */
interface Memory {
  readonly oom?: boolean
  readonly limitBytes?: number
}

/** The status of a run whose last attempt ended so. */
export function statusOf(outcome: Outcome): Status {
  switch (outcome.end) {
    case 'exited':
      return outcome.code === 0 ? 'succeeded' : 'failed'
    case 'needless':
      return 'succeeded'
    case 'killed':
    case 'unstartable':
      return 'failed'
    case 'refused':
      return 'refused'
    case 'stopped':
      return 'cancelled'
    case 'timed-out':
      return 'timed-out'
    case 'lost':
      return 'lost'
  }
}

/** A task's own exit code, else Purser's. A signal becomes 128 + its number, as in a shell. */
export function exitCodeOf(outcome: Outcome, signals: Readonly<Record<string, number>>): number {
  switch (outcome.end) {
    case 'exited':
      return outcome.code
    case 'needless':
      return 0
    case 'killed':
      return 128 + (signals[outcome.signal] ?? 0)
    case 'unstartable':
      return 127
    case 'refused':
      return exitCodes.refused
    case 'stopped':
      return exitCodes.cancelled
    case 'timed-out':
      return exitCodes.timedOut
    case 'lost':
      return exitCodes.lost
  }
}

/** Whether the exit code is Purser's own rather than the task's. */
export function ownExitCode(outcome: Outcome): ExitCode | undefined {
  if (outcome.end === 'refused') return exitCodes.refused
  if (outcome.end === 'stopped') return exitCodes.cancelled
  if (outcome.end === 'timed-out') return exitCodes.timedOut
  if (outcome.end === 'lost') return exitCodes.lost
  return undefined
}

/** `exit code 3`, `killed by SIGSEGV`, for people. */
export function describeOutcome(outcome: Outcome): string {
  switch (outcome.end) {
    case 'exited':
      return `exit code ${outcome.code}${outcome.oom ? `; a process of it was killed: ${describeOom(outcome)}` : ''}`
    case 'killed':
      return outcome.oom
        ? `killed with ${outcome.signal}: ${describeOom(outcome)}`
        : `killed by ${outcome.signal}`
    case 'refused':
      return outcome.refusals.map(({ code }) => code).join(', ')
    case 'stopped':
      return `stopped with ${outcome.signal}`
    case 'timed-out':
      return `stopped after ${duration(outcome.afterMs)}, its time limit`
    case 'unstartable':
      return `not started: ${outcome.why}`
    case 'needless':
    case 'lost':
      return outcome.why
  }
}

function describeOom({ limitBytes }: Memory): string {
  return `out of memory${limitBytes === undefined ? '' : `, at the limit of ${byteSize(limitBytes)}`}`
}
