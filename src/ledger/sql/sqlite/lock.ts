import { statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { isBusy } from './errors.ts'

/** Does some work in a database, again and again while another connection has locked it. */
export type WhenUnlocked = <T>(work: () => T | Promise<T>) => Promise<T>

const longestPauseMs = 250

/**
 * Waits for a lock as long as others get on: only a file that stays locked and unchanged for the whole timeout makes
 * the work fail, so that a crowd on a slow machine loses nothing. SQLite's own busy timeout knows no such thing, blocks
 * the process while it waits, and deadlocks two connections of one process.
 */
export function lockWaiter(file: string, timeoutMs: number): WhenUnlocked {
  return async (work) => {
    let changed = lastChange(file)
    let since = performance.now()
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await work()
      } catch (error) {
        if (!isBusy(error)) throw error
        const now = lastChange(file)
        if (now !== changed) since = performance.now()
        else if (performance.now() - since > timeoutMs) throw error
        changed = now
      }
      await delay(Math.random() * Math.min(longestPauseMs, 5 * 2 ** attempt))
    }
  }
}

function lastChange(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs
}
