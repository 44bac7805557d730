import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { styleText } from 'node:util'
import { root } from '../dev/folders.ts'

const cli = join(root, '..', '..', 'dist', 'bin', 'purser.js')

interface TypeOptions {
  /** The exit code that it must end with; 0 unless stated. */
  readonly exits?: number
  /** Variables that are set for this command alone. */
  readonly variables?: Readonly<Record<string, string>>
}

/** A command that was typed and is still at work. */
export interface Typed {
  /** Resolves when it has printed a line like this; throws when it ends before. */
  printed(line: RegExp): Promise<void>
  /** Types Ctrl-C. */
  interrupt(): Promise<void>
  /** Types `kill -9` in another terminal. */
  kill(): Promise<void>
  /** Waits for its end. Throws when it ends with another exit code than it must. */
  ends(exits: number): Promise<void>
}

/** A terminal in Atlas's folder, in which somebody types. What they see, we see. Closing it ends what was typed. */
export class Terminal implements AsyncDisposable {
  readonly #signal: AbortSignal
  readonly #open = new Map<ChildProcess, Promise<number>>()

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  title(text: string): void {
    console.log(`\n${styleText('bold', text)}`)
  }

  narrate(text: string): void {
    console.log(styleText('dim', text))
  }

  /** Types a `purser` command and waits for its end. Throws when it ends with another exit code than it must. */
  async type(args: readonly string[], { exits = 0, variables = {} }: TypeOptions = {}): Promise<void> {
    this.#echo(asTyped(args, variables))
    const { ended } = this.#spawn(args, ['ignore', 'inherit', 'inherit'], variables)
    expectExit(args, await ended, exits)
  }

  /** Types another command and waits for its end. Throws when it fails. */
  async typeOther(program: string, ...args: readonly string[]): Promise<void> {
    this.#echo([program, ...args].join(' '))
    const { ended } = this.#start(program, args, ['ignore', 'inherit', 'inherit'])
    expectExit(args, await ended, 0)
  }

  /** Types a `purser` command and leaves it at work. */
  open(args: readonly string[]): Typed {
    this.#echo(asTyped(args))
    const { child, ended } = this.#spawn(args, ['ignore', 'pipe', 'inherit'])
    child.stdout?.pipe(process.stdout, { end: false })
    return {
      printed: (line) => untilPrinted(child, line, asTyped(args)),
      interrupt: async () => {
        console.log(styleText('dim', '^C'))
        child.kill('SIGINT')
        await ended
      },
      kill: async () => {
        this.#echo(`kill -9 ${child.pid}`)
        child.kill('SIGKILL')
        await ended
      },
      ends: async (exits) => expectExit(args, await ended, exits),
    }
  }

  /** Types `kill -9` for a process that is not this terminal's. */
  killProcess(pid: number): void {
    this.#echo(`kill -9 ${pid}`)
    process.kill(pid, 'SIGKILL')
  }

  throwIfInterrupted(): void {
    this.#signal.throwIfAborted()
  }

  /** Runs a `purser` command unseen, for what it writes to its stdout. */
  async ask(args: readonly string[]): Promise<string> {
    const { child, ended } = this.#spawn(args, ['ignore', 'pipe', 'inherit'])
    const printed: string[] = []
    child.stdout?.setEncoding('utf8').on('data', (text: string) => printed.push(text))
    expectExit(args, await ended, 0)
    return printed.join('')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#open.keys()) child.kill('SIGKILL')
    await Promise.all(this.#open.values())
  }

  #spawn(args: readonly string[], stdio: StdioOptions, variables = {}) {
    return this.#start(process.execPath, [cli, ...args], stdio, variables)
  }

  #start(program: string, args: readonly string[], stdio: StdioOptions, variables = {}) {
    this.#signal.throwIfAborted()
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...variables },
      stdio,
    })
    const stop = () => child.kill('SIGTERM')
    this.#signal.addEventListener('abort', stop)
    const ended = exitCode(child).finally(() => {
      this.#signal.removeEventListener('abort', stop)
      this.#open.delete(child)
    })
    this.#open.set(child, ended)
    return { child, ended }
  }

  #echo(command: string): void {
    console.log(`\n${styleText('green', '$')} ${styleText('bold', command)}`)
  }
}

function expectExit(args: readonly string[], code: number, expected: number): void {
  if (code === expected) return
  throw new Error(`\`${asTyped(args)}\` ended with exit code ${code} and not with ${expected}.`)
}

/** As a shell would show it; 128 + its number for a signal. */
async function exitCode(child: ChildProcess): Promise<number> {
  const [code, signal] = await once(child, 'close')
  return code ?? 128 + constants.signals[signal as NodeJS.Signals]
}

async function untilPrinted(child: ChildProcess, line: RegExp, command: string): Promise<void> {
  if (child.stdout === null) return
  const lines = createInterface({ input: child.stdout })
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (text) => line.test(text) && resolve())
    lines.once('close', () => reject(new Error(`\`${command}\` ended without a line like ${line}.`)))
  })
}

function asTyped(args: readonly string[], variables: Readonly<Record<string, string>> = {}): string {
  const assignments = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  const words = args.map((word) => (/[^\w@%+=:,./-]/.test(word) ? `"${word}"` : word))
  return [...assignments, 'purser', ...words].join(' ')
}
