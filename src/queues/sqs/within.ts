import { setTimeout as sleep } from 'node:timers/promises'
import { SqsFailure } from './failures.ts'

/**
 * The work's answer, unless its time is over or the signal is given first; then the work is told, and not waited for:
 * the SDK looks for credentials without listening. Throws an `SqsFailure` for both.
 */
export async function within<T>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ending = new AbortController()
  const ended = new Promise<never>((_resolve, reject) => {
    ending.signal.addEventListener('abort', () => reject(ending.signal.reason), { once: true })
  })
  const late = () => ending.abort(new SqsFailure('unreachable', `no answer came in ${Math.round(ms)} ms`))
  const given = () => ending.abort(new SqsFailure('unreachable', 'the queue was closed'))
  const timer = setTimeout(late, ms)
  signal.addEventListener('abort', given, { once: true })
  if (signal.aborted) given()
  try {
    return await Promise.race([ended, work(ending.signal)])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', given)
  }
}

/** Waits, but not beyond the signal. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}

/** Twice as long for each try, up to the most, less up to a half by chance: so that many do not come at once. */
export function jittered(tries: number, firstMs: number, mostMs: number): number {
  return Math.min(mostMs, firstMs * 2 ** (tries - 1)) * (0.5 + Math.random() / 2)
}
