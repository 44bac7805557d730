import { existsSync, mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { failedWith } from '../../../core/errors.ts'
import type { AttemptRecord } from '../../../runs/events.ts'
import { readOutcome } from '../../../runs/journal/outcome-file.ts'
import type { Execution } from '../../executor.ts'
import { isAlive } from '../proc/identity.ts'
import { type Holder, readHolder, takeHold } from '../supervisor/holder.ts'
import { LocalExecution } from './local-execution.ts'
import { endWithoutSupervisor } from './post-mortem.ts'

type Attached = Execution | 'gone' | 'unreachable'

/** Finds an attempt again by its folder. One whose supervisor died is ended here, and its outcome is `lost`. */
export async function attachTo(attempt: AttemptRecord, folder: string): Promise<Attached> {
  try {
    return await findIn(folder, attempt)
  } catch (error) {
    if (failedWith(error, 'EACCES', 'EPERM')) return 'unreachable' // another user's
    throw error
  }
}

async function findIn(folder: string, attempt: AttemptRecord): Promise<Attached> {
  const isElsewhere = attempt.host !== hostname()
  if (!existsSync(folder) && isElsewhere) return 'unreachable'
  const holder = readHolder(folder) ?? (isElsewhere ? 'unreachable' : abandon(attempt, folder))
  if (holder === 'unreachable') return holder
  if ('abandoned' in holder) return 'gone'
  if (!isAlive(holder.supervisor) && (await readOutcome(folder)) === undefined) {
    // a folder that several machines or containers share: from here a process over there looks dead
    if (isElsewhere) return 'unreachable'
    await endWithoutSupervisor(folder, holder)
  }
  return new LocalExecution(folder)
}

/** Nobody holds it yet. If its starter is dead, nobody ever will: a supervisor that comes too late finds it taken. */
function abandon(attempt: AttemptRecord, folder: string): Holder | 'unreachable' {
  if (isAlive(attempt.starter)) return 'unreachable'
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const abandoned: Holder = { abandoned: true }
  return takeHold(folder, abandoned) ? abandoned : (readHolder(folder) ?? abandoned)
}
