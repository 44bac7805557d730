import { readFileSync, readlinkSync } from 'node:fs'
import { failedWith, PurserError } from '../../../core/errors.ts'
import type { ProcessIdentity } from '../../../runs/events.ts'
import { identify, readProc } from '../../../runs/process-identity.ts'
import { type Limits, parseLimits } from './limits.ts'

/** What the kernel tells of a process that serves. */
export interface ServingProcess {
  readonly identity: ProcessIdentity
  readonly argv: readonly string[]
  /** Absolute path of the program; ends with ` (deleted)` when its file has been replaced since. */
  readonly executable: string
  readonly workingDirectory: string
  readonly user: ProcessUser
  /** As in `umask(2)`. */
  readonly umask: number
  readonly limits: Limits
  /** Whether it can gain no rights by what it starts (PR_SET_NO_NEW_PRIVS). */
  readonly noNewPrivileges: boolean
  /** Path in the unified hierarchy, or `/` where there is none. */
  readonly cgroup: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
}

/** Whom a process acts as: its effective user and group, and its other groups. */
export interface ProcessUser {
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
}

/** Reads a live process. Throws `APP_NOT_RUNNING` when it has ended, `APP_UNREADABLE` without the right to look. */
export function readServingProcess(pid: number): ServingProcess {
  try {
    const identity = identify(pid)
    const status = readProc(`/proc/${pid}/status`)
    if (identity === undefined || status === undefined) throw endedMeanwhile(pid)
    return {
      identity,
      argv: nulSeparated(readFileSync(`/proc/${pid}/cmdline`, 'utf8')),
      executable: readlinkSync(`/proc/${pid}/exe`),
      workingDirectory: readlinkSync(`/proc/${pid}/cwd`),
      user: {
        uid: effectiveId(status, 'Uid'),
        gid: effectiveId(status, 'Gid'),
        groups: field(status, 'Groups').split(/\s+/).filter(Boolean).map(Number),
      },
      umask: Number.parseInt(field(status, 'Umask'), 8),
      noNewPrivileges: field(status, 'NoNewPrivs') === '1',
      limits: parseLimits(readFileSync(`/proc/${pid}/limits`, 'utf8')),
      cgroup: unifiedCgroup(readFileSync(`/proc/${pid}/cgroup`, 'utf8')),
      startedAt: startTime(identity.startedTicks),
    }
  } catch (error) {
    throw explain(error, pid)
  }
}

/** The variables that a process was started with, to the byte where they are UTF-8. */
export function readVariables(identity: ProcessIdentity): ReadonlyMap<string, string> {
  try {
    const text = readFileSync(`/proc/${identity.pid}/environ`, 'utf8')
    const pairs = text === '' ? [] : nulSeparated(text)
    if (pairs.some((pair) => !pair.includes('='))) throw writtenOver(identity.pid)
    return new Map(
      pairs
        .filter((pair) => pair.indexOf('=') > 0)
        .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    )
  } catch (error) {
    throw explain(error, identity.pid)
  }
}

export function nulSeparated(text: string): string[] {
  return text.split('\0').slice(0, text.endsWith('\0') ? -1 : undefined)
}

function field(status: string, name: string): string {
  return new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(status)?.[1] ?? ''
}

// Real, effective, saved, file system: what the process may do is decided by the second.
function effectiveId(status: string, name: 'Uid' | 'Gid'): number {
  return Number(field(status, name).split(/\s+/)[1])
}

function unifiedCgroup(text: string): string {
  return /^0::(.*)$/m.exec(text)?.[1] ?? '/'
}

// USER_HZ is 100 on every architecture that Node runs on.
const ticksPerSecond = 100

// From the uptime, which has hundredths, and not from the time of the boot, which has whole seconds.
function startTime(ticks: number): number {
  const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
  return Date.now() - (uptime - ticks / ticksPerSecond) * 1_000
}

function endedMeanwhile(pid: number): PurserError {
  return new PurserError('APP_NOT_RUNNING', {
    message: `Process ${pid}, which was serving, has ended while it was being read.`,
    remedy: 'Start the app, or wait for its restart, and try again.',
  })
}

// A title for `ps` is written where the variables were (setproctitle, Perl's `$0`), and what is left looks like none.
function writtenOver(pid: number): PurserError {
  return new PurserError('APP_UNREADABLE', {
    message: `Process ${pid}, which serves, has written over the variables that it was started with, so that a run can't be given the same.`,
    remedy: 'Let it not set its process title, or name a process of the app that does not.',
  })
}

function explain(error: unknown, pid: number): unknown {
  if (failedWith(error, 'ENOENT', 'ESRCH')) return endedMeanwhile(pid)
  if (!failedWith(error, 'EACCES', 'EPERM')) return error
  return new PurserError('APP_UNREADABLE', {
    message: `Process ${pid}, which serves, belongs to another user, so that its environment can't be read.`,
    remedy: "Run purser as the app's own user, or as root.",
    cause: error,
  })
}
