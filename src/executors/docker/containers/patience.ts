import { PurserError } from '../../../core/errors.ts'
import { EngineError, isNotFound } from '../engine/errors.ts'

const pauseMs = 500

/**
 * Asks the engine until it answers: it may restart, or the way to it break, and the container go on all the while.
 * `undefined` when there is no such thing.
 */
export async function untilAnswered<T>(ask: () => Promise<T>): Promise<T | undefined> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (isNotFound(error)) return undefined
      if (!isAway(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}

/** Its own trouble (500) passes as a break does. */
function isAway(error: unknown): boolean {
  if (error instanceof EngineError) return error.status >= 500
  return error instanceof PurserError && error.code === 'ENGINE_UNREACHABLE'
}
