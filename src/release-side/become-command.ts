import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { Argv } from '../tasks/task.ts'

const passedOn: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']

/** Runs a command in this process's place: its streams, its signals, its exit code; its variables, and these besides. */
export async function becomeCommand(
  [program, ...args]: Argv,
  variables: Readonly<Record<string, string>> = {},
): Promise<never> {
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...variables } })
  for (const signal of passedOn) process.on(signal, () => child.kill(signal))
  const code = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      console.error(`"${program}" could not be started: ${error.message}`)
      resolve(127)
    })
    child.once('exit', (exitCode, signal) => {
      if (signal !== null) dieBy(signal)
      resolve(exitCode ?? 128 + constants.signals[signal ?? 'SIGKILL'])
    })
  })
  process.exit(code)
}

/** So that whoever waits for us sees the signal, not an exit code. */
function dieBy(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}
