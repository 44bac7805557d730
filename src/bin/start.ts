import { main } from '../cli/main.ts'
import { PurserError } from '../core/errors.ts'
import { sqlite } from '../presets/sqlite.ts'
import { keepQuietAboutSqlite } from './quiet-sqlite.ts'

/** The composition root of the command line: hands the backends to the commands. */
export async function start(typed: readonly string[], version: string): Promise<void> {
  keepQuietAboutSqlite()
  await main(typed, { version, defaultLedger: sqlite(), identifySelf })
}

async function identifySelf() {
  const { identify } = await import('../runs/process-identity.ts')
  const self = process.platform === 'linux' ? identify(process.pid) : undefined
  if (self !== undefined) return self
  throw new PurserError('PLATFORM_UNSUPPORTED', {
    message: `Purser knows processes from /proc, which ${process.platform} does not have.`,
    remedy: 'Run it on Linux, such as the machine where the app runs.',
  })
}
