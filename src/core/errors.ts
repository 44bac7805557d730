import type { ErrorCode } from './error-codes.ts'

/** Purser's own exit codes. A task's own code is passed through, and `--json` tells the two apart. */
export const exitCodes = {
  usage: 80,
  refused: 81,
  notRehearsed: 82,
  lost: 83,
  timedOut: 84,
  cancelled: 85,
  paused: 86,
} as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Why something was not done, and what to do about it. */
export interface Refusal {
  readonly code: ErrorCode
  /** A full sentence that names the thing and its value. */
  readonly message: string
  /** What the reader can do now. */
  readonly remedy: string
}

interface PurserErrorOptions {
  readonly message: string
  readonly remedy: string
  /** 80 (usage or configuration) unless stated. */
  readonly exitCode?: ExitCode
  readonly cause?: unknown
}

/** Every error that a user can meet. `docs/errors/CODE.md` explains each code. */
export class PurserError extends Error implements Refusal {
  readonly code: ErrorCode
  readonly remedy: string
  readonly exitCode: ExitCode

  constructor(code: ErrorCode, { message, remedy, exitCode = exitCodes.usage, cause }: PurserErrorOptions) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'PurserError'
    this.code = code
    this.remedy = remedy
    this.exitCode = exitCode
  }
}

/** A mistake of ours: it prints with a stack and asks to be reported. */
export class Bug extends Error {
  override readonly name = 'Bug'
}

/** The sentence of anything that was thrown. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Node's AggregateError (a connection tried on several addresses) has an empty message of its own.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join('; ')
  return error.message
}

/** Whether a system call failed with one of these codes (`ENOENT`, `EACCES` …). */
export function failedWith(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
