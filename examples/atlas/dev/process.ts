import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { PassThrough, type Readable } from 'node:stream'

interface ProcessOptions {
  /** For error messages: `PostgreSQL`. */
  readonly name: string
  readonly argv: readonly [program: string, ...args: string[]]
  readonly folder: string
  readonly variables: NodeJS.ProcessEnv
  readonly identity?: Identity
  /** The file that keeps what it prints. */
  readonly log: string
  /** The line by which it says that it serves. */
  readonly ready: RegExp
}

/** A user to run as, where it is not our own. */
export interface Identity {
  readonly uid?: number
  readonly gid?: number
}

export interface LongRunning {
  readonly pid: number
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>
  /** Asks it to end, and waits until it has. */
  stop(signal: NodeJS.Signals): Promise<void>
}

/** Starts a process and waits until it says that it serves. Throws what it printed when it ends before. */
export async function startProcess(options: ProcessOptions): Promise<LongRunning> {
  const [program, ...args] = options.argv
  // In a session of its own, so that Ctrl-C reaches only us and we stop things in their order.
  const child = spawn(program, args, {
    ...options.identity,
    cwd: options.folder,
    env: options.variables,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  await once(child, 'spawn')
  const ended = once(child, 'close').then(() => undefined)
  const output = everythingFrom(child)
  output.pipe(createWriteStream(options.log, { flags: 'a' }))
  await untilItSays(options.ready, output, options.name)
  return {
    pid: child.pid ?? 0,
    ended,
    async stop(signal) {
      child.kill(signal)
      await ended
    },
  }
}

function everythingFrom(child: ChildProcessByStdio<null, Readable, Readable>): Readable {
  const output = new PassThrough()
  child.stdout.pipe(output, { end: false })
  child.stderr.pipe(output, { end: false })
  child.once('close', () => output.end())
  return output
}

function untilItSays(ready: RegExp, output: Readable, name: string): Promise<void> {
  const lines = createInterface({ input: output })
  return new Promise((resolve, reject) => {
    const printed: string[] = []
    lines.on('line', (line) => {
      printed.push(line)
      if (!ready.test(line)) return
      lines.removeAllListeners('line')
      resolve()
    })
    lines.once('close', () => reject(new Error(`${name} ended before it served:\n${printed.join('\n')}`)))
  })
}
