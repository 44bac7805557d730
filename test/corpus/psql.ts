import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { x } from 'tinyexec'
import type { Migrate } from '../../src/migrations/rehearsal/stage.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { Entry } from './entries.ts'

/** What a command is run by, and what it has said so far. */
export interface Psql extends Disposable {
  readonly migrate: Migrate
  readonly said: readonly string[]
}

/** `psql` as a migration tool: it knows no history. */
export function psql({ migrationSql, txMode }: Pick<Entry, 'migrationSql' | 'txMode'>): Psql {
  const temporary = temporaryFolder()
  const file = path.join(temporary.folder, 'migration.sql')
  writeFileSync(file, migrationSql)
  const args = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', file]
  const said: string[] = []
  const migrate: Migrate = async (url, signal) => {
    const began = performance.now()
    const env = { ...process.env, ...variablesOf(url) }
    const { exitCode, stderr } = await x(
      'psql',
      txMode === 'single' ? ['--single-transaction', ...args] : args,
      {
        signal,
        nodeOptions: { env },
      },
    )
    said.push(stderr)
    return { code: exitCode ?? 'SIGTERM', ms: performance.now() - began, escapes: [] }
  }
  return { migrate, said, [Symbol.dispose]: () => temporary[Symbol.dispose]() }
}

function variablesOf(url: string): Readonly<Record<string, string>> {
  const { hostname, port, username, password, pathname } = new URL(url)
  return {
    ...{ PGHOST: hostname, PGPORT: port, PGUSER: decodeURIComponent(username), PGCLIENTENCODING: 'UTF8' },
    ...{ PGPASSWORD: decodeURIComponent(password), PGDATABASE: decodeURIComponent(pathname.slice(1)) },
  }
}
