import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { root } from '../scripts/root.ts'
import type { Side } from './harness.ts'

/** The example, where every command is typed. */
const folder = join(root, 'examples/atlas')

/** Where a program is typed, beside the example. */
export interface Setting {
  readonly folder: string
  readonly variables: NodeJS.ProcessEnv
}

const atlas: Setting = { folder, variables: process.env }

/** A program that is timed from its start to its end, its output thrown away. It must succeed. */
export function program(name: string, command: string, ...args: readonly string[]): Side {
  return programIn(atlas, name, command, ...args)
}

export function programIn(
  { folder: cwd, variables }: Setting,
  name: string,
  command: string,
  ...args: readonly string[]
): Side {
  return {
    name,
    async run() {
      const child = spawn(command, args, { cwd, env: variables, stdio: ['ignore', 'ignore', 'pipe'] })
      const complaints = text(child.stderr)
      const [code, signal] = await once(child, 'exit')
      if (code !== 0) throw new Error(`${name} ended with ${signal ?? code}: ${await complaints}`)
    },
  }
}

/** Node, with arguments. */
export function node(name: string, ...args: readonly string[]): Side {
  return program(name, process.execPath, ...args)
}

/** The built `purser`, with arguments. */
export function purser(...args: readonly string[]): Side {
  return node(`purser ${args.join(' ')}`, join(root, 'dist/bin/purser.js'), ...args)
}

/** The same, in a setting of its own. */
export function purserIn(setting: Setting, ...args: readonly string[]): Side {
  const program = join(root, 'dist/bin/purser.js')
  return programIn(setting, `purser ${args.join(' ')}`, process.execPath, program, ...args)
}

/** Starts the example app and its database. Disposing of it stops them. */
export async function startAtlas(): Promise<AsyncDisposable> {
  const atlas = spawn(process.execPath, ['start.ts'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  process.on('exit', () => atlas.kill('SIGTERM')) // also when nobody reads the table any more
  const ended = once(atlas, 'exit')
  const lines = createInterface({ input: atlas.stdout })
  await Promise.race([once(lines, 'line'), ended])
  if (atlas.exitCode !== null) throw new Error(`Atlas ended with ${atlas.exitCode} before it served.`)
  return {
    async [Symbol.asyncDispose]() {
      atlas.kill('SIGTERM')
      await ended
    },
  }
}
