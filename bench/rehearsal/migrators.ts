import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { root } from '../../scripts/root.ts'
import type { Migrate } from '../../src/migrations/rehearsal/stage.ts'

/** dbmate, on a folder of its files. */
export function dbmate(folder: string): Migrate {
  const program = path.join(root, 'node_modules/.bin/dbmate')
  return (url, signal) =>
    run([program, '--no-dump-schema', '--migrations-dir', folder, 'migrate'], { DATABASE_URL: url }, signal)
}

/** psql, on one file. */
export function psql(file: string): Migrate {
  return (url, signal) => run(['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', file, url], {}, signal)
}

async function run(argv: readonly [string, ...string[]], variables: NodeJS.ProcessEnv, signal: AbortSignal) {
  const began = performance.now()
  const [program, ...args] = argv
  const child = spawn(program, args, {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
  })
  const complaints = text(child.stderr)
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${await complaints}`)
  return { code, ms: performance.now() - began, escapes: [] }
}
