import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { exitCodes, PurserError } from '../../../../core/errors.ts'

interface Program {
  readonly program: string
  readonly args: readonly string[]
  readonly variables: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  /** Its complaints, one a line, without what they quote of the data. */
  readonly complaints: readonly string[]
}

const longestKept = 1_000_000

/** Runs one of PostgreSQL's programs to its end, which comes with ours at the latest. Its variables are these alone. */
export async function runProgram({ program, args, variables, signal }: Program): Promise<Ended> {
  signal.throwIfAborted()
  const [first, ...rest] = endedWithUs([program, ...args])
  const child = spawn(first, rest, {
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stop = () => child.kill('SIGKILL')
  signal.addEventListener('abort', stop, { once: true })
  const seen = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      if (seen[name].length < longestKept) seen[name] += text
    })
  }
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    signal.throwIfAborted()
    return { code, stdout: seen.stdout, complaints: complaintsIn(seen.stderr) }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** One that must succeed. Throws `CLONE_COPY_FAILED`. */
export async function mustRun(program: Program, what: string): Promise<Ended> {
  const ended = await runProgram(program)
  if (ended.code === 0) return ended
  throw copyFailed(what, ended)
}

export function copyFailed(what: string, { code, complaints }: Ended): PurserError {
  const said = complaints.at(-1) ?? `it ended with ${code === null ? 'a signal' : `code ${code}`}`
  return new PurserError('CLONE_COPY_FAILED', {
    message: `${what} failed: ${said}`,
    remedy: 'Nothing was changed in production, and what had been made of the clone is gone. Try it again.',
    exitCode: exitCodes.notRehearsed,
  })
}

// Only what a program complains of itself: what the server adds (DETAIL, CONTEXT) quotes rows.
function complaintsIn(stderr: string): readonly string[] {
  return stderr
    .split('\n')
    .filter((line) => /^pg_(?:dump|restore): /.test(line) && !/^pg_\w+: (?:detail|hint|from TOC)/.test(line))
    .map((line) => line.replace(/^pg_\w+: (?:error: |warning: )?/, '').slice(0, 500))
}

const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((program) => existsSync(program))

/** Where Linux can, the kernel ends it when this process ends in whatever way: a dump must not outlive its reader. */
function endedWithUs(words: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return setpriv === undefined ? words : [setpriv, '--pdeathsig', 'KILL', '--', ...words]
}
