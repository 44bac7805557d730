import { setTimeout as pause } from 'node:timers/promises'

/** Time as the throttle has it; tests have one of their own. */
export interface Time {
  /** In milliseconds, from any beginning; it never goes back. */
  now(): number
  /** Resolves after so long, or as soon as the signal is given. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

export const realTime: Time = {
  now: () => performance.now(),
  wait: (ms, signal) => pause(ms, undefined, { signal }).catch(() => undefined),
}
