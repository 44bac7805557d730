import { execFile } from 'node:child_process'
import { existsSync, globSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { binaries } from '../../examples/atlas/dev/binaries.ts'
import { freePort } from '../../examples/atlas/dev/port.ts'
import { startProcess } from '../../examples/atlas/dev/process.ts'
import { unprivileged } from '../../examples/atlas/dev/unprivileged.ts'
import { temporaryFolder } from './temporary-folder.ts'

const run = promisify(execFile)

export interface Postgres extends AsyncDisposable {
  readonly port: number
  /** A URL without TLS; each part is the superuser's unless stated. */
  url(parts?: { readonly password?: string; readonly database?: string }): string
  query(sql: string): Promise<readonly Record<string, unknown>[]>
  /** Ends it in order (SIGINT), or as a crash does (SIGQUIT), cutting whoever is connected. Its data stay. */
  stop(signal?: 'SIGINT' | 'SIGQUIT'): Promise<void>
  /** Starts it again, after a `stop`. */
  start(): Promise<void>
}

/** A PostgreSQL that may be started, and what it is. */
export interface Programs {
  readonly version: string
  readonly initdb: string
  readonly postgres: string
}

/** PostgreSQL as npm brings it, and every other that Debian has put on this machine. */
export async function allPrograms(): Promise<readonly Programs[]> {
  const { initdb, postgres } = await binaries()
  const installed = globSync('/usr/lib/postgresql/*/bin/postgres').map((program) => ({
    version: path.basename(path.resolve(program, '../..')),
    initdb: path.join(path.dirname(program), 'initdb'),
    postgres: program,
  }))
  const whole = installed.filter((programs) => existsSync(programs.initdb))
  return [{ version: 'of npm', initdb, postgres }, ...whole]
}

interface Options {
  /** Those that npm brings unless stated. */
  readonly programs?: Pick<Programs, 'initdb' | 'postgres'>
  /** Further settings, as `name=value`. */
  readonly settings?: readonly string[]
}

/** Starts a PostgreSQL of its own, which asks for this password; its data go with it. */
export async function startPostgres(
  password: string,
  { programs, settings = [] }: Options = {},
): Promise<Postgres> {
  const temporary = temporaryFolder()
  const { folder } = temporary
  const { initdb, postgres } = programs ?? (await binaries())
  const way = await unprivileged(postgres)
  const data = path.join(folder, 'data')
  const passwordFile = path.join(folder, 'password')
  writeFileSync(passwordFile, `${password}\n`)
  await way.own(folder)
  await way.own(passwordFile)
  const [program, ...args] = way.argv(
    initdb,
    ...[`--pgdata=${data}`, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
    ...['--encoding=UTF8', '--locale=C', '--no-sync'],
  )
  await run(program, args, { ...way.identity, cwd: folder })
  const port = await freePort()
  const options = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', ...settings]
  const argv = way.argv(
    postgres,
    '-D',
    data,
    '-p',
    String(port),
    ...options.flatMap((option) => ['-c', option]),
  )
  const start = () =>
    startProcess({
      name: 'PostgreSQL',
      argv,
      folder,
      variables: { LC_ALL: 'C', TZ: 'UTC' },
      identity: way.identity,
      log: path.join(folder, 'postgres.log'),
      ready: /database system is ready to accept connections/,
    })
  let server = await start()
  const url: Postgres['url'] = (parts = {}) =>
    `postgres://postgres:${parts.password ?? password}@127.0.0.1:${port}/${parts.database ?? 'postgres'}?sslmode=disable`
  return {
    port,
    url,
    async query(sql) {
      const client = new pg.Client({ connectionString: url() })
      client.on('error', () => {}) // the query says so
      await client.connect()
      try {
        return (await client.query(sql)).rows
      } finally {
        await client.end()
      }
    },
    stop: (signal = 'SIGINT') => server.stop(signal),
    async start() {
      server = await start()
    },
    async [Symbol.asyncDispose]() {
      await server.stop('SIGINT')
      temporary[Symbol.dispose]()
    },
  }
}
