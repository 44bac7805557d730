import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Passing } from '../../support/postgres-proxy.ts'
import { isGone } from '../../support/processes.ts'

/** What a process of Purser's is to the project. */
export type Role = 'purser' | 'supervisor' | 'attempt' | 'worker'

export interface Found {
  readonly pid: number
  readonly role: Role
  /** The run that it is for, as its environment says; of an attempt and its workers. */
  readonly run: string | undefined
}

const roles: readonly (readonly [words: string, role: Role])[] = [
  ['bin/release.js slice-worker', 'worker'],
  ['bin/release.js work', 'attempt'],
  ['bin/supervisor.js', 'supervisor'],
  ['bin/purser.js', 'purser'],
]

/** Everything of Purser's that lives in a project's folder. */
export function findProcesses(folder: string): readonly Found[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => look(Number(pid), folder))
}

function look(pid: number, folder: string): readonly Found[] {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    const role = roles.find(([some]) => words.includes(some))?.[1]
    if (role === undefined || isGone(pid) || !isOf(pid, role, folder)) return []
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    const run = variables.find((variable) => variable.startsWith('PURSER_RUN='))?.slice('PURSER_RUN='.length)
    return [{ pid, role, run }]
  } catch {
    return [] // gone, or not ours to look at
  }
}

/** A supervisor works nowhere, but holds files of its attempt. */
function isOf(pid: number, role: Role, folder: string): boolean {
  if (role !== 'supervisor') return readlinkSync(`/proc/${pid}/cwd`) === folder
  return linksOf(pid).some((target) => target?.startsWith(`${folder}/`) === true)
}

/** The process of these at the other end of a proxy's connection. */
export function ownerOf({ clientPort, proxyPort }: Passing, among: readonly Found[]): Found | undefined {
  const inode = inodeOf(clientPort, proxyPort)
  return among.find(({ pid }) => linksOf(pid).includes(`socket:[${inode}]`))
}

/** proc_net_tcp: local and remote address, in hexadecimal, in columns 1 and 2, the inode in column 9. */
function inodeOf(localPort: number, remotePort: number): string | undefined {
  const [local, remote] = [endOf(localPort), endOf(remotePort)]
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)
  const columns = lines.map((line) => line.trim().split(/\s+/))
  return columns.find(([, from, to]) => from?.endsWith(local) && to?.endsWith(remote))?.[9]
}

function endOf(port: number): string {
  return `:${port.toString(16).toUpperCase().padStart(4, '0')}`
}

/** What a process has open. */
function linksOf(pid: number): readonly (string | undefined)[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`))
  } catch {
    return []
  }
}

function linkOf(file: string): string | undefined {
  try {
    return readlinkSync(file)
  } catch {
    return undefined // closed meanwhile
  }
}

/** Sends a signal to what may be gone already. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // it has ended by itself
  }
}
