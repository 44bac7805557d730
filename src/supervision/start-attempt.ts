import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { failedWith } from '../core/errors.ts'
import { makeStateFolder } from '../environment/state-folder.ts'
import type { Execution } from '../executors/executor.ts'
import type { Order } from './order.ts'
import type { Standby } from './standby.ts'
import { type Answering, startSupervisor } from './start-supervisor.ts'
import { type Salvage, SupervisedExecution } from './supervised-execution.ts'

/** Starts the attempt that the order is for; one whose folder is there was started before. Throws `ATTEMPT_NOT_STARTED`. */
export async function startAttempt(
  standby: Standby,
  order: Order,
  salvage: Salvage,
  answering: Answering,
): Promise<Execution> {
  if (makeFolder(order.folder)) await startSupervisor(standby, order, answering)
  return new SupervisedExecution(order.folder, salvage)
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
