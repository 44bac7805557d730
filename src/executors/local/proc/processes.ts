import { readdirSync } from 'node:fs'
import { readProc, readStat } from '../../../runs/process-identity.ts'

/** All pids of this machine that are visible here. */
export function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

/** Those of the pids whose parent is not among them: the masters of pre-forked workers. */
export function topmost(pids: readonly number[]): number[] {
  const among = new Set(pids)
  return pids.filter((pid) => !among.has(readStat(pid)?.parent ?? 0))
}

/** The process itself and all it descends from. */
export function ancestry(pid: number): ReadonlySet<number> {
  const seen = new Set<number>()
  for (let current = pid; current > 0 && !seen.has(current); current = readStat(current)?.parent ?? 0) {
    seen.add(current)
  }
  return seen
}

/** Whether a process has pids of its own (proc_pid_status(5), `NSpid`), as in a container: its paths are none of ours. */
export function isInContainer(pid: number): boolean {
  const pids = /^NSpid:\s*(.*)$/m.exec(readProc(`/proc/${pid}/status`) ?? '')?.[1] ?? ''
  return /\d\s+\d/.test(pids)
}
