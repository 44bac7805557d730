/** How long things may take and last, in milliseconds. */
export interface Limits {
  /** To open, until the queue is found or known not to be. */
  readonly openWithinMs: number
  /** A single call, beyond what a long poll waits by itself. */
  readonly callWithinMs: number
  /** To send, of which each hint adds `sendHintMs`. */
  readonly sendWithinMs: number
  readonly sendHintMs: number
  /** To give back and delete what is left, when the queue is closed. */
  readonly closeWithinMs: number
  /** What is received is kept no longer. SQS allows 12 hours from the receipt. */
  readonly longestHoldMs: number
  /** What is not ours is seen again after so long. */
  readonly hideForeignMs: number
}

export const limits: Limits = {
  openWithinMs: 10_000,
  callWithinMs: 5_000,
  sendWithinMs: 10_000,
  sendHintMs: 5,
  closeWithinMs: 5_000,
  longestHoldMs: (12 * 60 - 1) * 60_000,
  hideForeignMs: 10 * 60_000,
}

/** The longest visibility timeout that SQS takes. */
const longestSeconds = 12 * 3_600

/** Whole seconds, as SQS counts visibility: rounded up, at most 12 hours. */
export function secondsOf(ms: number): number {
  return Math.min(longestSeconds, Math.max(0, Math.ceil(ms / 1_000)))
}
