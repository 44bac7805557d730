import type { Containment as Exactness } from '../../../runs/frames.ts'

/** What holds an attempt's processes together, so that all of them can be ended. */
export interface Containment {
  readonly exactness: Exactness
  /** Starts processes inside: whatever `spawn` starts belongs to it from its first instruction. */
  inside<T>(spawn: () => T): T
  /** Live pids that belong to it. */
  members(): readonly number[]
  /** Ends all members by SIGKILL and resolves when none is left. */
  kill(): Promise<void>
  /** Gives back what the kernel keeps for it, once it is empty. */
  remove(): Promise<void>
}

/** Sends a signal to every member. One that ended meanwhile is no error. */
export function signalAll(containment: Containment, signal: NodeJS.Signals): void {
  for (const pid of containment.members()) signalOne(pid, signal)
}

function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // ended, or not ours to signal: `members` shows whether it is still there
  }
}

/** Resolves when no member is left, or after `limitMs`; tells which. */
export async function emptied(containment: Containment, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs
  for (let pauseMs = 1; containment.members().length > 0; pauseMs = Math.min(pauseMs * 2, 50)) {
    if (performance.now() > deadline) return false
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  return true
}
