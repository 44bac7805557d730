import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { purserProgram } from './cli.ts'

interface Typing {
  readonly folder: string
  readonly variables?: NodeJS.ProcessEnv
  /** Hears all that was shown so far, each time that there is more. What it gives back for the first time is typed. */
  hear(shown: string): string | undefined
}

/** Types a command of `purser` on a pseudo-terminal. Gives its exit code, and all that the terminal got. */
export async function onTerminal(
  args: readonly string[],
  { folder, variables = process.env, hear }: Typing,
): Promise<{ readonly code: number; readonly shown: string }> {
  const words = [process.execPath, purserProgram, ...args].map((word) => `'${word}'`).join(' ')
  const typed = spawn('script', ['--quiet', '--return', '--command', words, '/dev/null'], {
    cwd: folder,
    env: variables,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  let hasAnswered = false
  typed.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    const answer = hear(shown)
    if (answer === undefined || hasAnswered) return
    hasAnswered = true
    typed.stdin.write(answer)
  })
  const [code] = await once(typed, 'close')
  return { code, shown }
}
