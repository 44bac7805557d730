import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { nodeOptions } from '../../../environment/node-options.ts'
import type { ServingProcess } from '../proc/serving-process.ts'

/**
 * An app's variables with those that its node read from files (`node --env-file=.env`): it has them in `process.env`,
 * and the kernel does not tell. What it was started with wins, and of two files the later (nodejs.org/api/cli.html).
 */
export function withEnvFiles(
  app: ServingProcess,
  variables: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  if (path.basename(app.executable) !== 'node') return variables
  const files = envFiles(nodeOptions(app.argv)).map((file) => path.resolve(app.workingDirectory, file))
  return new Map([...files.flatMap(readEnvFile), ...variables])
}

function envFiles(options: readonly string[]): string[] {
  return options.flatMap((option, at) => {
    const [, file] = /^--env-file(?:-if-exists)?=(.*)$/.exec(option) ?? []
    return file ?? (options[at - 1] === '--env-file' ? option : [])
  })
}

/** Nothing of a file that is gone: a task on the app's node fails at it, as the app's next start will. */
function readEnvFile(file: string): [name: string, value: string][] {
  try {
    return Object.entries(parseEnv(readFileSync(file, 'utf8'))).map(([name, value]) => [name, value ?? ''])
  } catch {
    return []
  }
}
