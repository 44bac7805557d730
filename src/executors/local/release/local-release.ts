import { existsSync } from 'node:fs'
import path from 'node:path'
import { Bug, exitCodes, PurserError } from '../../../core/errors.ts'
import { looksSecret } from '../../../core/redaction/names.ts'
import { count, list } from '../../../core/text.ts'
import type { Fact, Facts, Instance, Release } from '../../../environment/release.ts'
import { isInContainer } from '../proc/processes.ts'
import { readServingProcess, readVariables, type ServingProcess } from '../proc/serving-process.ts'
import { type CodeHash, hashCode } from './code-hash.ts'

/** A release of plain processes: what the contract tells, and the processes that it was read from. */
export interface LocalRelease extends Release {
  /** At least one; the first stands for all. */
  readonly processes: readonly [ServingProcess, ...ServingProcess[]]
}

/** Reads what these processes run. Throws `RELEASES_MIXED` when it is not the same for all. */
export async function readLocalRelease(pids: readonly number[], cache: string): Promise<LocalRelease> {
  const [first, ...others] = pids.map(readServingProcess)
  if (first === undefined) throw new Bug('No process was given.')
  const processes = [first, ...others] as const
  const code = await hashTrees(processes, cache)
  const instances = processes.map((process) => toInstance(process, codeOf(code, process)))
  return {
    digest: oneDigest(processes, code),
    instances,
    notices: processes.flatMap((process) => noticesOf(process, codeOf(code, process))),
    skews: [],
    isMutable: false,
    processes,
  }
}

async function hashTrees(
  processes: readonly ServingProcess[],
  cache: string,
): Promise<Map<string, CodeHash>> {
  for (const process of processes) refuseElsewhere(process)
  const roots = [...new Set(processes.map(({ workingDirectory }) => workingDirectory))]
  return new Map(await Promise.all(roots.map(async (root) => [root, await hashCode(root, cache)] as const)))
}

/** Throws `APP_UNREADABLE` where no twin could work where the app does. */
function refuseElsewhere({ identity: { pid }, workingDirectory: folder }: ServingProcess): void {
  const refuse = (why: string, remedy: string) => {
    throw new PurserError('APP_UNREADABLE', { message: `Process ${pid}, which serves, ${why}.`, remedy })
  }
  if (isInContainer(pid))
    refuse(
      'has process ids of its own, as in a container: its files may be none of this machine',
      "Name its container, `docker({ … })`, or start it without (systemd's `PrivatePIDs=`).",
    )
  if (folder === '/')
    refuse(
      'works in "/": its code can\'t be told from everything else on this machine',
      "Start the app in its own folder (systemd's `WorkingDirectory=`).",
    )
  if (!existsSync(folder))
    refuse(
      `works in "${folder}", which is not there any more`,
      'Start the app again, in a folder that stays.',
    )
}

function codeOf(code: ReadonlyMap<string, CodeHash>, { workingDirectory }: ServingProcess): CodeHash {
  const found = code.get(workingDirectory)
  if (found === undefined) throw new Bug(`${workingDirectory} was not hashed.`)
  return found
}

function oneDigest(processes: readonly ServingProcess[], code: ReadonlyMap<string, CodeHash>): string {
  const digests = new Map<string, ServingProcess[]>()
  for (const process of processes) {
    const key = describeWhole(process, codeOf(code, process))
    digests.set(key, [...(digests.get(key) ?? []), process])
  }
  if (digests.size > 1) {
    const parts = [...digests].map(
      ([digest, same]) =>
        `${same.length} × ${digest} (process ${same.map(({ identity }) => identity.pid).join(', ')})`,
    )
    throw new PurserError('RELEASES_MIXED', {
      message: `The app's processes don't run one release: ${parts.join('; ')}.`,
      remedy: 'Let the deploy finish, or stop the processes that were left over, and try again.',
      exitCode: exitCodes.refused,
    })
  }
  refuseOtherVariables(processes)
  return codeOf(code, processes[0] as ServingProcess).digest
}

/** Two deployments of the same code (staging, production) on one machine are told apart by where they are, and whose. */
function describeWhole({ executable, workingDirectory, user }: ServingProcess, { digest }: CodeHash): string {
  return `${digest} in ${workingDirectory}, run by ${executable} as user ${user.uid}:${user.gid}`
}

/** Variables that decide what a process works on. Others may differ: a worker's number, an instance's port. */
const decisive = /_(?:URL|URI|HOST|DSN)$/

/** Throws `RELEASES_MIXED` when a run would depend on which of the processes was taken for its model. */
function refuseOtherVariables(processes: readonly ServingProcess[]): void {
  const [first, ...others] = processes.map(({ identity }) => readVariables(identity))
  const names = new Set([first, ...others].flatMap((variables) => [...(variables?.keys() ?? [])]))
  const differing = [...names].filter(
    (name) =>
      (decisive.test(name) || looksSecret(name)) &&
      others.some((variables) => variables.get(name) !== first?.get(name)),
  )
  if (differing.length === 0) return
  throw new PurserError('RELEASES_MIXED', {
    message: `The app's processes (${processes.map(({ identity }) => identity.pid).join(', ')}) run with different values of ${list(differing.sort())}: which ones a run should get can't be known.`,
    remedy: 'Let a restart finish, or find the one app that is meant by its port or its pid file.',
    exitCode: exitCodes.refused,
  })
}

function toInstance(process: ServingProcess, code: CodeHash): Instance {
  const { user, identity } = process
  const proc = (name: string) => `/proc/${identity.pid}/${name}`
  const fact = (value: string, source: string): Fact => ({ value, source })
  const facts: [string, Fact][] = [
    ['code.hash', fact(code.digest, process.workingDirectory)],
    ['code.commit', code.commit === undefined ? { unseen: 'no git checkout' } : fact(code.commit, 'git')],
    ['process.executable', fact(process.executable, proc('exe'))],
    ['process.program', fact(path.basename(process.argv[0] ?? ''), proc('cmdline'))],
    ['process.directory', fact(process.workingDirectory, proc('cwd'))],
    ['process.started', fact(new Date(process.startedAt).toISOString(), proc('stat'))],
    ['user.id', fact(`${user.uid}:${user.gid}`, proc('status'))],
    ['user.groups', fact(user.groups.join(' '), proc('status'))],
    ['user.umask', fact(process.umask.toString(8).padStart(4, '0'), proc('status'))],
    ['limits.cgroup', fact(process.cgroup, proc('cgroup'))],
    ...[...process.limits].map(([name, { soft, hard }]): [string, Fact] => [
      `limits.${name}`,
      fact(`${soft}:${hard}`, proc('limits')),
    ]),
  ]
  return { id: `process ${identity.pid}`, facts: new Map(facts) satisfies Facts }
}

// A start is known to a hundredth of a second, a change to a tick of the file system's clock.
const toleranceMs = 50

function noticesOf(process: ServingProcess, code: CodeHash): string[] {
  const notices: string[] = []
  const changed = code.changedSince(process.startedAt + toleranceMs)
  if (changed.length > 0) {
    const named = changed.slice(0, 3).join(', ')
    const more = changed.length > 3 ? ' …' : ''
    notices.push(
      `${count(changed.length, 'file')} changed after the app started (${named}${more}): the run takes them as they are now.`,
    )
  }
  if (process.executable.endsWith(' (deleted)')) {
    notices.push(
      `The program that the app runs, ${process.executable.slice(0, -10)}, was replaced after it started.`,
    )
  }
  return notices
}
