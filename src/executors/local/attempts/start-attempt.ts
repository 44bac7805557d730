import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { failedWith } from '../../../core/errors.ts'
import { makeStateFolder } from '../../../environment/state-folder.ts'
import type { Execution } from '../../executor.ts'
import type { Order } from '../supervisor/order.ts'
import { LocalExecution } from './local-execution.ts'
import { startSupervisor } from './start-supervisor.ts'

/** Starts the attempt that the order is for; one whose folder is there was started before. Throws `ATTEMPT_NOT_STARTED`. */
export async function startAttempt(order: Order, signal: AbortSignal): Promise<Execution> {
  if (makeFolder(order.folder)) await startSupervisor(order, signal)
  return new LocalExecution(order.folder)
}

/** `false` when it is there already: of several that ask for one attempt, one starts it. */
function makeFolder(folder: string): boolean {
  makeStateFolder(path.dirname(path.dirname(folder)))
  mkdirSync(path.dirname(folder), { recursive: true, mode: 0o700 })
  try {
    mkdirSync(folder, { mode: 0o700 })
    return true
  } catch (error) {
    if (failedWith(error, 'EEXIST')) return false
    throw error
  }
}
