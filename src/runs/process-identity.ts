import { readFileSync } from 'node:fs'
import { failedWith } from '../core/errors.ts'
import type { ProcessIdentity } from './events.ts'

/** The identity of a live process; `undefined` when there is none, or only what its parent has not collected yet. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid)
  if (stat === undefined || stat.state === 'Z' || stat.state === 'X') return undefined
  return { pid, startedTicks: stat.startedTicks, boot: bootId() }
}

/** Whether this very process is still there, not another that got its pid. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid)
  return now !== undefined && now.startedTicks === identity.startedTicks && now.boot === identity.boot
}

export interface Stat {
  readonly state: string
  readonly parent: number
  readonly session: number
  readonly startedTicks: number
}

/** Parts of `/proc/PID/stat` (proc_pid_stat(5)); `undefined` when there is no such process. */
export function readStat(pid: number): Stat | undefined {
  const text = readProc(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The command in field 2 may hold spaces and parentheses, so count from the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return {
    state: fields[0] ?? '?',
    parent: Number(fields[1]),
    session: Number(fields[3]),
    startedTicks: Number(fields[19]),
  }
}

/** A file of `/proc` as text; `undefined` when its process is gone. */
export function readProc(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (failedWith(error, 'ENOENT', 'ESRCH')) return undefined
    throw error
  }
}

let boot: string | undefined
function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  return boot
}
