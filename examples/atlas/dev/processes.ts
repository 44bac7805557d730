import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { readCredentials } from './credentials.ts'
import { clones, data, purser } from './folders.ts'

export interface Found {
  readonly pid: number
  readonly command: string
}

/** Every process of this Atlas: its database's and their copies', the app, its twins and who supervises them. Linux only. */
export async function findProcesses(): Promise<Found[]> {
  const password = (await readCredentials())?.atlas
  const names = await readdir('/proc').catch(() => [])
  const pids = names.map(Number).filter((pid) => pid > 0 && pid !== process.pid)
  const found = await Promise.all(pids.map((pid) => inspect(pid, password)))
  return found.filter((one) => one !== undefined)
}

async function inspect(pid: number, password: string | undefined): Promise<Found | undefined> {
  const of = (name: string) => join('/proc', String(pid), name)
  const [workingDirectory, errors, variables, command] = await Promise.all([
    readlink(of('cwd')).catch(() => ''),
    readlink(of('fd/2')).catch(() => ''),
    readFile(of('environ'), 'utf8').catch(() => ''),
    readFile(of('cmdline'), 'utf8').catch(() => ''),
  ])
  const isOurs =
    workingDirectory.startsWith(data) ||
    workingDirectory.startsWith(clones) ||
    errors.startsWith(purser) ||
    (password !== undefined && variables.includes(password))
  return isOurs ? { pid, command: command.replaceAll('\0', ' ').trim() } : undefined
}

const patienceMs = 3_000

/** Ends what is left of an Atlas whose starter was killed or has failed: it is asked first, and then killed. */
export async function endLeftovers(): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (const { pid } of await findProcesses()) send(pid, signal)
    if (await allHaveEnded()) return
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // it has ended by itself since
  }
}

async function allHaveEnded(): Promise<boolean> {
  const deadline = performance.now() + patienceMs
  while ((await findProcesses()).length > 0) {
    if (performance.now() > deadline) return false
    await pause(20)
  }
  return true
}
