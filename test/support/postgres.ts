import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
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
}

/** Starts a PostgreSQL of its own, which asks for this password; its data go with it. */
export async function startPostgres(password: string): Promise<Postgres> {
  const temporary = temporaryFolder()
  const { folder } = temporary
  const { initdb, postgres } = await binaries()
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
  const options = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off']
  const server = await startProcess({
    name: 'PostgreSQL',
    argv: way.argv(postgres, '-D', data, '-p', String(port), ...options.flatMap((option) => ['-c', option])),
    folder,
    variables: { LC_ALL: 'C', TZ: 'UTC' },
    identity: way.identity,
    log: path.join(folder, 'postgres.log'),
    ready: /database system is ready to accept connections/,
  })
  const url: Postgres['url'] = (parts = {}) =>
    `postgres://postgres:${parts.password ?? password}@127.0.0.1:${port}/${parts.database ?? 'postgres'}?sslmode=disable`
  return {
    port,
    url,
    async query(sql) {
      const client = new pg.Client({ connectionString: url() })
      await client.connect()
      const { rows } = await client.query(sql)
      client.end()
      await once(client, 'end')
      return rows
    },
    async [Symbol.asyncDispose]() {
      await server.stop('SIGINT')
      temporary[Symbol.dispose]()
    },
  }
}
