import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../../examples/atlas/dev/port.ts'
import { startProcess } from '../../../examples/atlas/dev/process.ts'
import { unprivileged } from '../../../examples/atlas/dev/unprivileged.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'

const run = promisify(execFile)

/** Debian's: what ships with a distribution is what most databases in production are built like. */
const programs = '/usr/lib/postgresql/15/bin'

// Durable as in production; large enough that neither the cache nor a checkpoint decides.
const settings = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'fsync=on',
  'synchronous_commit=on',
  'shared_buffers=512MB',
  'max_wal_size=16GB',
  'checkpoint_timeout=60min',
]

export interface BenchPostgres extends AsyncDisposable {
  readonly url: string
  readonly version: string
  readonly settings: readonly string[]
}

/** Starts a PostgreSQL of its own, durable as in production, in a folder that goes with it. */
export async function startPostgres(): Promise<BenchPostgres> {
  const postgres = path.join(programs, 'postgres')
  if (!existsSync(postgres)) {
    throw new Error(`There is no ${postgres}: install postgresql-15, which Debian has.`)
  }
  const temporary = temporaryFolder()
  const { folder } = temporary
  const data = path.join(folder, 'data')
  const way = await unprivileged(postgres)
  await way.own(folder)
  const [program, ...args] = way.argv(
    path.join(programs, 'initdb'),
    ...[`--pgdata=${data}`, '--username=bench', '--auth=trust', '--encoding=UTF8', '--locale=C'],
  )
  await run(program, args, { ...way.identity, cwd: folder })
  const port = await freePort()
  const server = await startProcess({
    name: 'PostgreSQL',
    argv: way.argv(postgres, '-D', data, '-p', String(port), ...settings.flatMap((one) => ['-c', one])),
    folder,
    variables: { LC_ALL: 'C', TZ: 'UTC' },
    identity: way.identity,
    log: path.join(folder, 'postgres.log'),
    ready: /database system is ready to accept connections/,
  })
  const { stdout } = await run(postgres, ['--version'])
  return {
    url: `postgres://bench@127.0.0.1:${port}/postgres?sslmode=disable`,
    version: stdout.trim(),
    settings,
    async [Symbol.asyncDispose]() {
      await server.stop('SIGINT')
      temporary[Symbol.dispose]()
    },
  }
}
