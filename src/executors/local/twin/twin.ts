import { readFileSync } from 'node:fs'
import path from 'node:path'
import { PurserError } from '../../../core/errors.ts'
import { takeFromApp } from '../../../environment/twin-variables.ts'
import { isExecutable, systemProgram } from '../../../supervision/system-program.ts'
import type { Argv } from '../../../tasks/task.ts'
import { differingLimits, isLower, parseLimits } from '../proc/limits.ts'
import type { ProcessUser, ServingProcess } from '../proc/serving-process.ts'

/** How to start a process that is the app's twin in all but its command. Data only: the supervisor carries it out. */
export interface Twin {
  readonly workingDirectory: string
  readonly umask: number
  readonly variables: Readonly<Record<string, string>>
  /** Programs that set limits and user, then become the command that follows them. */
  readonly prefix: readonly string[]
  readonly uid: number
}

/** Describes the twin of a process. Throws `APP_UNREADABLE` when this user may not become the app's. */
export function describeTwin(app: ServingProcess, variables: ReadonlyMap<string, string>): Twin {
  const { kept, loader } = takeFromApp(variables, becomesAnother(app.user))
  return {
    workingDirectory: app.workingDirectory,
    umask: app.umask,
    variables: kept,
    prefix: [...limitsPrefix(app), ...userPrefix(app), ...loaderPrefix(loader)],
    uid: app.user.uid,
  }
}

/** The program a command names, as the twin would find it. Throws `COMMAND_NOT_FOUND`. */
export function resolveProgram([program, ...args]: Argv, twin: Twin): Argv {
  const candidates = program.includes('/')
    ? [path.resolve(twin.workingDirectory, program)]
    : searchPath(twin).map((folder) => path.resolve(twin.workingDirectory, folder, program))
  const found = candidates.find(isExecutable)
  if (found !== undefined) return [found, ...args]
  const inModules = path.join(twin.workingDirectory, 'node_modules/.bin', program)
  throw new PurserError('COMMAND_NOT_FOUND', {
    message: program.includes('/')
      ? `The program "${program}" is not in the release, or may not be executed: ${candidates[0]}.`
      : `The program "${program}" is not on the app's PATH (${twin.variables.PATH ?? 'unset'}).`,
    remedy: isExecutable(inModules)
      ? `Name it as "node_modules/.bin/${program}": the app's PATH has no node_modules/.bin.`
      : 'Name it by its path in the release, or install it where the app finds it.',
  })
}

function searchPath(twin: Twin): string[] {
  return (twin.variables.PATH ?? '/usr/local/bin:/usr/bin:/bin').split(':')
}

function limitsPrefix(app: ServingProcess): string[] {
  const current = parseLimits(readFileSync('/proc/self/limits', 'utf8'))
  const options = [...differingLimits(app.limits, current)]
    .filter(([name, limit]) => {
      const now = current.get(name)
      return process.getuid?.() === 0 || now === undefined || isLower(limit, now)
    })
    .map(([name, { soft, hard }]) => `--${name}=${soft}:${hard}`)
  return options.length === 0 ? [] : [twinProgram('prlimit'), ...options, '--']
}

function userPrefix({ user, noNewPrivileges }: ServingProcess): string[] {
  const privileges = noNewPrivileges ? ['--no-new-privs'] : []
  if (!becomesAnother(user)) return noNewPrivileges ? [twinProgram('setpriv'), ...privileges, '--'] : []
  if (process.getuid?.() !== 0) {
    throw new PurserError('APP_UNREADABLE', {
      message: `The app runs as user ${user.uid}:${user.gid}, and purser as ${process.getuid?.()}:${process.getgid?.()}.`,
      remedy: "Run purser as the app's own user, or as root.",
    })
  }
  const groups = user.groups.length === 0 ? '--clear-groups' : `--groups=${user.groups.join(',')}`
  return [twinProgram('setpriv'), `--reuid=${user.uid}`, `--regid=${user.gid}`, groups, ...privileges, '--']
}

function becomesAnother(user: ProcessUser): boolean {
  if (process.getuid?.() !== 0) return user.uid !== process.getuid?.() || user.gid !== process.getgid?.()
  const ours = [...(process.getgroups?.() ?? [])].sort().join()
  return user.uid !== 0 || user.gid !== process.getgid?.() || [...user.groups].sort().join() !== ours
}

function loaderPrefix(loader: Readonly<Record<string, string>>): string[] {
  const pairs = Object.entries(loader).map(([name, value]) => `${name}=${value}`)
  return pairs.length === 0 ? [] : [twinProgram('env'), ...pairs]
}

function twinProgram(name: string): string {
  return systemProgram(name, "sets the twin's limits and user", 'util-linux and coreutils')
}
