import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { packageRoot } from './package-root.ts'

export const purserProgram = path.join(packageRoot, 'dist/bin/purser.js')

export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Typed {
  readonly process: ChildProcess
  readonly finished: Promise<Finished>
  /** Resolves once its stdout, or another stream, contains this; rejects when the command ends without it. */
  printed(text: string, on?: 'stdout' | 'stderr'): Promise<void>
}

export interface CliOptions {
  readonly input?: string
  readonly variables?: Readonly<Record<string, string>>
  /** Another Node than the one that runs the tests. */
  readonly node?: string
}

/** A shell without the variables of whoever runs the tests, so that CI and agents don't show through. */
const shell = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/' }

/** Types a purser command in a folder. */
export function typePurser(
  folder: string,
  args: readonly string[],
  { input, variables = {}, node = process.execPath }: CliOptions = {},
): Typed {
  const child = spawn(node, [purserProgram, ...args], {
    cwd: folder,
    env: { ...shell, ...variables },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  if (input !== undefined) child.stdin?.end(input)
  const seen = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = child[name] as Readable
    stream.setEncoding('utf8').on('data', (text: string) => {
      seen[name] += text
      child.emit('printed')
    })
  }
  const finished = once(child, 'close').then(([code, signal]) => ({ code, signal, ...seen }))
  return {
    process: child,
    finished,
    printed: async (text, on = 'stdout') => {
      const gone = finished.then((end) => {
        if (!seen[on].includes(text)) throw new Error(`It ended without "${text}": ${JSON.stringify(end)}`)
      })
      while (!seen[on].includes(text)) await Promise.race([once(child, 'printed'), gone])
    },
  }
}

/** Types a command and waits for its end. */
export function purser(folder: string, args: readonly string[], options?: CliOptions): Promise<Finished> {
  return typePurser(folder, args, options).finished
}

/** The same with `--json`, parsed: the last line of its output. */
export async function purserJson<T>(
  folder: string,
  args: readonly string[],
  options?: CliOptions,
): Promise<T> {
  const { stdout, stderr } = await purser(folder, [...args, '--json'], options)
  const last = stdout.trimEnd().split('\n').at(-1)
  if (last === undefined || last === '')
    throw new Error(`purser ${args.join(' ')} printed no JSON: ${stderr}`)
  return JSON.parse(last)
}
