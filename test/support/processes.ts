import { readdirSync, readFileSync } from 'node:fs'

/** Whether a process has ended; a zombie that nobody collects has. */
export function isGone(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')
  } catch {
    return true
  }
}

/** How many live processes of this machine have this argument, also in containers. */
export function countProcesses(argument: string): number {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && hasArgument(Number(name), argument))
    .length
}

function hasArgument(pid: number, argument: string): boolean {
  try {
    return !isGone(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(argument)
  } catch {
    return false
  }
}
