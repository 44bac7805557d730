import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Client, type ClientConfig, escapeLiteral } from 'pg'
import { binaries } from './binaries.ts'
import type { Credentials } from './credentials.ts'
import { data, kept } from './folders.ts'
import { freePort } from './port.ts'
import { type LongRunning, startProcess } from './process.ts'
import { type Unprivileged, unprivileged } from './unprivileged.ts'

const run = promisify(execFile)

const folder = dirname(data)

/** Starts PostgreSQL on a free port, on the data of last time or on new ones. */
export async function startPostgres(credentials: Credentials): Promise<{ server: LongRunning; url: string }> {
  const { initdb, postgres } = await binaries()
  const way = await unprivileged(postgres)
  if (!existsSync(data)) await initialise(initdb, way, credentials)
  const port = await freePort()
  const server = await startProcess({
    name: 'PostgreSQL',
    argv: way.argv(postgres, '-D', data, '-p', String(port)),
    folder,
    variables: { LC_ALL: 'C', TZ: 'UTC' },
    identity: way.identity,
    log: join(kept, 'postgres.log'),
    ready: /database system is ready to accept connections/,
  })
  await createDatabase(port, credentials)
  // dbmate asks for TLS unless it is told not to.
  const url = `postgres://atlas:${credentials.atlas}@127.0.0.1:${port}/atlas?sslmode=disable`
  return { server, url }
}

const settings = {
  // All of the server stays in its folder: no socket, no shared memory with a name.
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  dynamic_shared_memory_type: 'mmap',
  // A rehearsal asks what the app has sent lately.
  shared_preload_libraries: 'pg_stat_statements',
}

async function initialise(initdb: string, way: Unprivileged, { superuser }: Credentials): Promise<void> {
  const password = join(folder, 'password')
  await mkdir(folder, { recursive: true })
  await writeFile(password, `${superuser}\n`, { mode: 0o600 })
  await way.own(folder)
  await way.own(password)
  const [program, ...args] = way.argv(
    initdb,
    ...[`--pgdata=${data}`, '--username=postgres', `--pwfile=${password}`, '--auth=scram-sha-256'],
    ...[
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-sync',
    ],
    ...Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
  )
  await run(program, args, { ...way.identity, cwd: folder })
  await rm(password)
}

/** Gives the app a database and a user of its own, if they are not there yet. */
async function createDatabase(port: number, { superuser, atlas }: Credentials): Promise<void> {
  const login = { host: '127.0.0.1', port, user: 'postgres', password: superuser }
  const isNew = await withClient(login, async (client) => {
    const { rowCount } = await client.query(`select from pg_database where datname = 'atlas'`)
    if (rowCount !== 0) return false
    await client.query(`create role atlas login password ${escapeLiteral(atlas)} in role pg_monitor`)
    await client.query('create database atlas owner atlas')
    return true
  })
  if (!isNew) return
  await withClient({ ...login, database: 'atlas' }, (client) =>
    client.query('create extension pg_stat_statements'),
  )
}

async function withClient<Result>(
  login: ClientConfig,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client(login)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
