import { linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { failedWith } from '../../../core/errors.ts'
import type { ProcessIdentity } from '../../../runs/events.ts'

/** Who holds an attempt: its supervisor, or nobody for ever. Decided once, whoever comes first. */
export type Holder =
  | Supervision
  /** Its starter died before a supervisor took it; none may take it now. */
  | { readonly abandoned: true }

/** Who supervises an attempt, and how what it started is ended without that supervisor. */
export interface Supervision {
  readonly supervisor: ProcessIdentity
  /** Milliseconds between SIGTERM and SIGKILL when it is stopped. */
  readonly graceMs: number
  /** The folder of the attempt's cgroup; without one its processes are found by their traces. */
  readonly cgroup?: string
}

/** Takes the attempt. `false` when somebody has already. */
export function takeHold(folder: string, holder: Holder): boolean {
  const temporary = path.join(folder, `holder.${process.pid}`)
  // flushed, so that a loss of power leaves no empty one: nobody could tell any more whose the attempt was
  writeFileSync(temporary, JSON.stringify(holder), { flush: true })
  try {
    // A link appears whole or not at all, and never over another.
    linkSync(temporary, path.join(folder, 'holder.json'))
    return true
  } catch (error) {
    if (failedWith(error, 'EEXIST')) return false
    throw error
  } finally {
    unlinkSync(temporary)
  }
}

/** The holder; `undefined` when there is none yet. */
export function readHolder(folder: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'holder.json'), 'utf8'))
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined
    throw error
  }
}
