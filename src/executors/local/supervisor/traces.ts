import { failedWith } from '../../../core/errors.ts'
import { readProc, readStat } from '../../../runs/process-identity.ts'
import { allPids } from '../proc/processes.ts'
import { type Containment, emptied, signalAll } from './containment.ts'

/** The variable by which descendants are known where there is no cgroup. */
export const marker = 'PURSER_ATTEMPT'

const killLimitMs = 5_000

/**
 * Finds an attempt's processes by their traces: descent, session, and the marker in their environment. Best effort: a
 * descendant that made its own session, lost its parent and emptied its environment is not found.
 */
export function followTraces(attempt: string, leader: () => number | undefined): Containment {
  const containment: Containment = {
    exactness: 'best-effort',
    inside: (spawn) => spawn(),
    members: () => findMembers(attempt, leader()),
    kill: async () => {
      // Again and again: what forks while it is being looked for is found the next time.
      const deadline = performance.now() + killLimitMs
      do signalAll(containment, 'SIGKILL')
      while (!(await emptied(containment, 100)) && performance.now() < deadline)
    },
    remove: async () => {},
  }
  return containment
}

function findMembers(attempt: string, leader: number | undefined): number[] {
  const family = new Set<number>(leader === undefined ? [] : [leader])
  const stats = allPids().flatMap((pid) => {
    const stat = readStat(pid)
    return stat === undefined || stat.state === 'Z' || pid === process.pid ? [] : [{ pid, ...stat }]
  })
  for (const { pid, session } of stats) {
    if ((leader !== undefined && session === leader) || isMarked(pid, attempt)) family.add(pid)
  }
  // Children of members are members; parents may come after their children in the list, so until nothing is added.
  for (let size = -1; size !== family.size; ) {
    size = family.size
    for (const { pid, parent } of stats) if (family.has(parent)) family.add(pid)
  }
  return stats.map(({ pid }) => pid).filter((pid) => family.has(pid))
}

function isMarked(pid: number, attempt: string): boolean {
  try {
    return (readProc(`/proc/${pid}/environ`) ?? '').split('\0').includes(`${marker}=${attempt}`)
  } catch (error) {
    if (failedWith(error, 'EACCES', 'EPERM')) return false
    throw error
  }
}
