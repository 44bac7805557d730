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

/** Starts one of the programs beside this file, under another command where one is given. */
export function startProgram(
  program: string,
  args: readonly string[],
  under: readonly string[] = [],
): LedgerProcess {
  const [command = process.execPath, ...rest] = [...under, process.execPath]
  const child = spawn(command, [...rest, join(import.meta.dirname, program), ...args])
  const closed = once(child, 'close')
  const ended = Promise.all([closed, text(child.stderr)]).then(([[code, signal], stderr]) => ({
    code,
    signal,
    stderr,
  }))
  return { child, ended }
}
