import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Server } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import type { Escaped, Told } from '../../../supervision/apart/told.ts'
import { programFiles } from '../../../supervision/program-files.ts'
import type { KeeperOrder } from './keeper/order.ts'
import { entering, leaving } from './namespaces.ts'

const keptComplaints = 2_000
const deadlineMs = 20_000

/** Namespaces for a twin, and who keeps them. They are gone with it and with all that is in them. */
export interface Keeper {
  /** What a command is started by to be in there, in that folder. */
  entering(folder: string): readonly string[]
  /** Where what comes for the wire in there is accepted. */
  readonly wire: Server
  /** Rejects when it is known no more what a twin in there does. */
  readonly broken: Promise<never>
  /** Resolves when all that was tried before has been told and kept. */
  settled(): Promise<void>
  end(): void
}

/** Makes namespaces from which nothing is reached but the wire. Throws where that is not possible, with the cause. */
export async function startKeeper(order: KeeperOrder, escaped: Escaped): Promise<Keeper> {
  const [program = '', ...args] = leaving()
  const child = spawn(program, [...args, process.execPath, programFiles.supervisor, 'keep-apart'], {
    stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
    detached: true, // a terminal's signals are not for it
  })
  const broken = endOf(child)
  broken.catch(() => {}) // whoever waits for it hears
  const input = child.stdin as Writable
  input.on('error', () => {}) // its end says why
  input.write(`${JSON.stringify(order)}\n`)
  try {
    const kept: Promise<void>[] = []
    const wire = await readied(child, broken, (to) => {
      const keeping = escaped(to)
      keeping.catch(() => {}) // whoever waits until all is settled hears
      kept.push(keeping)
    })
    return {
      entering: (folder) => entering(child.pid ?? 0, folder),
      wire,
      broken,
      settled: async () => {
        await Promise.race([looked(child), broken])
        await Promise.all(kept)
      },
      end: () => endKeeper(child),
    }
  } catch (error) {
    endKeeper(child)
    throw error
  }
}

async function readied(
  child: ChildProcess,
  broken: Promise<never>,
  escaped: (to: string) => void,
): Promise<Server> {
  let wire: Server | undefined
  const ready = new Promise<Server>((resolve) => {
    child.on('message', (told: Told, server) => {
      if (told.kind === 'escape') escaped(told.to)
      if (told.kind === 'wire') wire = server as Server
      if (told.kind === 'ready' && wire !== undefined) resolve(wire)
    })
  })
  const late = new Promise<never>((_, reject) => {
    const tooLate = () => reject(new Error(`the keeper was not ready in ${deadlineMs / 1_000} s`))
    setTimeout(tooLate, deadlineMs).unref()
  })
  return Promise.race([ready, broken, late])
}

function looked(child: ChildProcess): Promise<void> {
  const answered = new Promise<void>((resolve) => {
    const hear = (told: Told) => {
      if (told.kind !== 'looked') return
      child.off('message', hear)
      resolve()
    }
    child.on('message', hear)
  })
  child.send({ kind: 'look' }, () => {}) // if it has ended, that is heard as well
  return answered
}

async function endOf(child: ChildProcess): Promise<never> {
  let complaints = ''
  const errors = child.stderr as Readable
  errors.setEncoding('utf8')
  errors.on('data', (text: string) => {
    complaints = (complaints + text).slice(-keptComplaints)
  })
  const [code, signal] = await once(child, 'close')
  throw new Error(`who keeps the twin apart ended (${signal ?? `exit code ${code}`})${said(complaints)}`)
}

/** What it complained of, without where in its sources. */
function said(complaints: string): string {
  const lines = complaints.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line))
  return lines.length === 0 ? '' : `: ${lines.map((line) => line.trim()).join('; ')}`
}

function endKeeper(child: ChildProcess): void {
  child.kill('SIGKILL')
}
