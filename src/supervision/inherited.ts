import { readdirSync } from 'node:fs'
import { readProc } from '../runs/process-identity.ts'

// fcntl.h, as /proc/PID/fdinfo shows it.
const closeOnExec = 0o2000000

/**
 * Files that whoever started this process left open for it, beside the three standard ones, and that it would pass on
 * to what it starts itself. What Node opens is closed by an exec.
 */
export function inheritedDescriptors(): number[] {
  return readdirSync('/proc/self/fd')
    .map(Number)
    .filter((descriptor) => descriptor > 2 && isPassedOn(descriptor))
}

function isPassedOn(descriptor: number): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(readProc(`/proc/self/fdinfo/${descriptor}`) ?? '')?.[1]
  return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0
}
