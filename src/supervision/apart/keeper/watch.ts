import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { failedWith } from '../../../core/errors.ts'
import { systemProgram } from '../../system-program.ts'
import { isOwn, type KernelSocket, parseSockets } from '../sockets.ts'
import type { Escapes } from './escapes.ts'
import { ipProgram, ownAddresses, way } from './network.ts'

const run = promisify(execFile)

// The kernel tells of each address at once. To look is for further ports of an address that it told of before.
const lookEveryMs = 100

/** Sees what the twin sends to addresses outside. */
export class Watch {
  readonly #escapes: Escapes
  readonly #sentTo = new Set<string>()

  constructor(escapes: Escapes) {
    this.#escapes = escapes
  }

  /** Resolves once the kernel tells, and gives what to wait for: it rejects when the kernel tells no more. */
  begin(): { readonly broken: Promise<never> } {
    // It ends with us, however we end: it would keep the namespace otherwise.
    const setpriv = systemProgram('setpriv', 'keeps a twin apart', 'util-linux')
    const argv = ['--pdeathsig', 'KILL', '--', ipProgram(), 'monitor', 'neigh']
    const monitor = spawn(setpriv, argv, { stdio: ['ignore', 'pipe', 'ignore'] })
    createInterface({ input: monitor.stdout }).on('line', (line) => this.#heard(line))
    setInterval(() => this.look(), lookEveryMs)
    return { broken: endOf(monitor) }
  }

  /** Looks for all that was tried until now, also by what has ended since: the kernel remembers each address for minutes. */
  async settle(): Promise<void> {
    this.look()
    const { stdout } = await run(ipProgram(), ['neigh', 'show', 'dev', way])
    for (const line of stdout.split('\n')) this.#sent(line.split(' ')[0])
  }

  /** Looks at all sockets that there are. */
  look(): void {
    for (const { remote } of [...socketsOf('tcp'), ...socketsOf('tcp6')]) {
      if (isOutside(remote.host)) this.#escapes.toPort(remote.host, remote.port)
    }
    if (this.#sentTo.size === 0) return
    // one that was connected and sent nothing is how the C library weighs addresses against each other
    for (const { remote } of [...socketsOf('udp'), ...socketsOf('udp6')]) {
      if (this.#sentTo.has(remote.host)) this.#escapes.toPort(remote.host, remote.port, '/udp')
    }
  }

  /** `miss 10.0.0.5 dev apart0 INCOMPLETE`: something was sent to an address whose neighbour is not known. */
  #heard(line: string): void {
    this.#sent(/^miss (\S+) dev /.exec(line)?.[1])
  }

  #sent(address: string | undefined): void {
    if (address === undefined || address === '' || !isOutside(address)) return
    this.#sentTo.add(address)
    this.look()
    this.#escapes.toAddress(address)
  }
}

function isOutside(host: string): boolean {
  return !isOwn(host) && !ownAddresses.has(host)
}

function socketsOf(file: string): readonly KernelSocket[] {
  try {
    return parseSockets(readFileSync(`/proc/self/net/${file}`, 'latin1'))
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return [] // a kernel without IPv6
    throw error
  }
}

function endOf(monitor: ChildProcess): Promise<never> {
  return new Promise((_, reject) => {
    monitor.on('error', reject)
    monitor.on('exit', (code, signal) =>
      reject(new Error(`"ip monitor" ended (${signal ?? `exit code ${code}`})`)),
    )
  })
}
