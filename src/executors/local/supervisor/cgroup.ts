import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Bug, failedWith } from '../../../core/errors.ts'
import { type Containment, emptied } from './containment.ts'

const removeTries = 50
const removePauseMs = 20

/**
 * Contains an attempt in a cgroup of its own, below the one we are in (cgroups(7), the unified hierarchy): a
 * descendant stays in it whatever it does, and `cgroup.kill` ends all at once. `undefined` where the system has no
 * such hierarchy, is too old for `cgroup.kill` (Linux 5.14), or does not let us.
 */
export function makeCgroup(attempt: string): (Containment & { readonly folder: string }) | undefined {
  const ours = ownCgroup()
  if (ours === undefined) return undefined
  const folder = path.join(ours, `purser.${attempt}`)
  try {
    mkdirSync(folder)
    if (!existsSync(path.join(folder, 'cgroup.kill'))) throw new TypeError('This kernel has no cgroup.kill.')
    // Going in and coming back must both be allowed, or the supervisor would end with its task.
    join(ours)
    return { ...openCgroup(folder), inside: (spawn) => insideOf(folder, ours, spawn) }
  } catch {
    void removeFolder(folder)
    return undefined
  }
}

/** A cgroup that an earlier supervisor made: for ending what is left in it. */
export function openCgroup(folder: string): Containment & { readonly folder: string } {
  const containment = {
    folder,
    exactness: 'exact' as const,
    inside: () => {
      throw new Bug('Nothing starts in the cgroup of an attempt that has ended.')
    },
    members: () => membersBelow(folder),
    kill: async () => {
      if (existsSync(folder)) writeFileSync(path.join(folder, 'cgroup.kill'), '1')
      await emptied(containment, Number.POSITIVE_INFINITY)
    },
    remove: () => removeFolder(folder),
  }
  return containment
}

// A fork inherits its parent's cgroup, so the parent steps in for the moment of the fork: no race, no helper program.
function insideOf<T>(folder: string, home: string, spawn: () => T): T {
  join(folder)
  try {
    return spawn()
  } finally {
    join(home)
  }
}

function join(folder: string): void {
  writeFileSync(path.join(folder, 'cgroup.procs'), String(process.pid))
}

function ownCgroup(): string | undefined {
  const mount = /^\S+ \S+ \S+ (\S+) (\S+) .* - cgroup2 /m.exec(readFileSync('/proc/self/mountinfo', 'utf8'))
  const own = /^0::(\/.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1]
  if (mount?.[1] === undefined || mount[2] === undefined || own === undefined) return undefined
  return path.join(mount[2], path.relative(mount[1], own))
}

/** A task may have made cgroups below ours. */
function membersBelow(folder: string): number[] {
  try {
    const here = readFileSync(path.join(folder, 'cgroup.procs'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map(Number)
    return [...here, ...subfolders(folder).flatMap(membersBelow)]
  } catch (error) {
    if (failedWith(error, 'ENOENT', 'ENODEV')) return []
    throw error
  }
}

async function removeFolder(folder: string): Promise<void> {
  // What was killed leaves its cgroup a moment after it has ended.
  for (let tried = 0; tried < removeTries; tried += 1) {
    try {
      for (const below of subfolders(folder)) await removeFolder(below)
      return rmdirSync(folder)
    } catch (error) {
      if (!failedWith(error, 'EBUSY')) return // gone already, or not ours to remove
      await pause(removePauseMs)
    }
  }
}

function subfolders(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(folder, entry.name))
}
