import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { ClonePlace } from '../../../src/databases/clone.ts'
import type { PostgresCloneOptions } from '../../../src/databases/postgres/clone/options.ts'
import { until } from '../../support/until.ts'

/** Starts to make a clone in a process of its own, which holds it until it is killed. */
export function startCloning(place: ClonePlace, options: PostgresCloneOptions) {
  const program = path.join(import.meta.dirname, 'clone-process.ts')
  const child = spawn(process.execPath, [program, JSON.stringify({ place, options })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  return {
    said: (pattern: RegExp) => until(() => lines.some((line) => pattern.test(line))),
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
