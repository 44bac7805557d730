import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

interface LedgerProcess {
  readonly child: ChildProcessWithoutNullStreams
  /** How it ended, and what it complained about. */
  readonly ended: Promise<{
    readonly code: number | null
    readonly signal: string | null
    readonly stderr: string
  }>
}

interface StartOptions {
  /** The command, with its arguments, under which Node is to run. */
  readonly under?: readonly string[]
  /** Where Node finds the program compiled by an earlier process; starting hundreds takes half the time. */
  readonly compiledIn?: string
}

/** Starts one of the programs beside this file. */
export function startProgram(
  program: string,
  args: readonly string[],
  { under = [], compiledIn }: StartOptions = {},
): LedgerProcess {
  const [command = process.execPath, ...rest] = [...under, process.execPath]
  const env = compiledIn === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: compiledIn }
  const child = spawn(command, [...rest, join(import.meta.dirname, program), ...args], { env })
  const closed = once(child, 'close')
  const ended = Promise.all([closed, text(child.stderr)]).then(([[code, signal], stderr]) => ({
    code,
    signal,
    stderr,
  }))
  return { child, ended }
}
