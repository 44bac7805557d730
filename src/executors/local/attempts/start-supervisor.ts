import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Writable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { PurserError } from '../../../core/errors.ts'
import { programFiles } from '../program-files.ts'
import { readHolder, takeHold } from '../supervisor/holder.ts'
import type { Order } from '../supervisor/order.ts'

const startWithinMs = 30_000

/**
 * Starts the process that carries an attempt out and outlives us. Resolves when it holds the attempt; from then on
 * what happens is in its journal. Throws `ATTEMPT_NOT_STARTED` when it ended before that.
 */
export async function startSupervisor(order: Order, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const complaints = path.join(order.folder, 'supervisor.log')
  const log = openSync(complaints, 'a', 0o600)
  const supervisor = spawn(process.execPath, [programFiles.supervisor], {
    cwd: '/',
    detached: true,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...compileCache() },
    stdio: ['pipe', 'ignore', log],
  })
  closeSync(log)
  const ended = once(supervisor, 'exit').then(() => true)
  const input = supervisor.stdin as Writable
  input.on('error', () => {}) // it ended early: `ended` tells
  input.end(JSON.stringify(order))
  supervisor.unref()
  const deadline = performance.now() + startWithinMs
  while (readHolder(order.folder) === undefined) {
    const hasEnded = await Promise.race([ended, pause(2, false)])
    const isLate = performance.now() > deadline || signal.aborted
    // Whoever takes hold first decides: one that wakes up later finds the attempt abandoned.
    if ((hasEnded || isLate) && takeHold(order.folder, { abandoned: true })) {
      throw notStarted(
        order.attempt,
        hasEnded ? readFileSync(complaints, 'utf8').trim() : 'it did not answer in time',
      )
    }
  }
}

function compileCache(): NodeJS.ProcessEnv {
  const folder = process.env.NODE_COMPILE_CACHE
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder }
}

function notStarted(attempt: string, complaints: string): PurserError {
  return new PurserError('ATTEMPT_NOT_STARTED', {
    message: `The supervisor of attempt ${attempt} started nothing${complaints === '' ? '.' : `: ${complaints}`}`,
    remedy: 'Nothing of the task ran. Mend what it says, and start the run again.',
  })
}
