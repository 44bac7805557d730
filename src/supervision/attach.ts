import { existsSync, mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { failedWith } from '../core/errors.ts'
import type { Execution } from '../executors/executor.ts'
import type { AttemptRecord } from '../runs/events.ts'
import { readOutcome } from '../runs/journal/outcome-file.ts'
import { isAlive } from '../runs/process-identity.ts'
import { type Holder, readHolder, takeHold } from './holder.ts'
import { type Salvage, SupervisedExecution } from './supervised-execution.ts'

type Attached = Execution | 'gone' | 'unreachable'

/** Finds an attempt again by its folder. One whose supervisor died is salvaged here. */
export async function attachTo(attempt: AttemptRecord, folder: string, salvage: Salvage): Promise<Attached> {
  try {
    return await findIn(folder, attempt, salvage)
  } catch (error) {
    if (failedWith(error, 'EACCES', 'EPERM')) return 'unreachable' // another user's
    throw error
  }
}

async function findIn(folder: string, attempt: AttemptRecord, salvage: Salvage): Promise<Attached> {
  const isElsewhere = attempt.host !== hostname()
  if (!existsSync(folder) && isElsewhere) return 'unreachable'
  const holder = readHolder(folder) ?? (isElsewhere ? 'unreachable' : abandon(attempt, folder))
  if (holder === 'unreachable') return holder
  if ('abandoned' in holder) return 'gone'
  if (!isAlive(holder.supervisor) && (await readOutcome(folder)) === undefined) {
    // a folder that several machines or containers share: from here a process over there looks dead
    if (isElsewhere) return 'unreachable'
    await salvage(folder, holder)
  }
  return new SupervisedExecution(folder, salvage)
}

/** Nobody holds it yet. If its starter is dead, nobody ever will: a supervisor that comes too late finds it taken. */
function abandon(attempt: AttemptRecord, folder: string): Holder | 'unreachable' {
  if (isAlive(attempt.starter)) return 'unreachable'
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const abandoned: Holder = { abandoned: true }
  return takeHold(folder, abandoned) ? abandoned : (readHolder(folder) ?? abandoned)
}
