import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { exitCodes, PurserError, reasonOf } from '../../../../core/errors.ts'

/** What the placeholders stand for. */
interface Words {
  readonly name: string
  readonly environment: string
  readonly database: string
}

const longestKept = 100_000

/**
 * Runs a configured command to its end, with the variables of whoever types: its credentials are there. Returns what it
 * printed. Throws `CLONE_COMMAND_FAILED`; what it printed is in no message, since a URL may be in it.
 */
export async function runUserCommand(
  command: readonly string[],
  words: Words,
  signal?: AbortSignal,
): Promise<string> {
  signal?.throwIfAborted()
  const [program = '', ...args] = command.map((word) => fillIn(word, words))
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const stop = () => child.kill('SIGTERM')
  signal?.addEventListener('abort', stop, { once: true })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (printed.length < longestKept) printed += text
  })
  try {
    const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null]
    signal?.throwIfAborted()
    if (code === 0) return printed
    throw commandFailed(program, code === null ? `it was ended by ${killedBy}` : `it ended with code ${code}`)
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof PurserError ? error : commandFailed(program, reasonOf(error))
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

function commandFailed(program: string, why: string): PurserError {
  return new PurserError('CLONE_COMMAND_FAILED', {
    message: `The command for clones, ${program}, failed: ${why}.`,
    remedy: 'Type it by hand, with its placeholders filled in. What it prints is not kept.',
    exitCode: exitCodes.notRehearsed,
  })
}

function fillIn(word: string, words: Words): string {
  return word.replace(/\{(name|environment|database)\}/g, (_, key: keyof Words) => words[key])
}

/** The URL that a command printed: the last line that is one. Throws `CLONE_COMMAND_FAILED`. */
export function urlIn(printed: string, program: string): string {
  const lines = printed.split('\n').map((line) => line.trim())
  const url = lines.findLast((line) => /^postgres(?:ql)?:\/\//.test(line) && URL.canParse(line))
  if (url !== undefined) return url
  throw commandFailed(program, 'it printed no URL that begins with postgres:// on a line of its own')
}
