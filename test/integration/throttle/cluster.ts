import { execFile } from 'node:child_process'
import { existsSync, globSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { binaries } from '../../../examples/atlas/dev/binaries.ts'
import { freePort } from '../../../examples/atlas/dev/port.ts'
import { type LongRunning, startProcess } from '../../../examples/atlas/dev/process.ts'
import { unprivileged } from '../../../examples/atlas/dev/unprivileged.ts'
import { isSql } from '../../../src/tasks/sql.ts'
import type { SignalContext } from '../../../src/tasks/throttle.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const run = promisify(execFile)

export interface Server extends LongRunning {
  readonly port: number
}

/** A primary, and a replica that is started and stopped as a test likes. */
export interface Cluster extends AsyncDisposable {
  readonly primary: Server
  startReplica(): Promise<Server>
  /** A connection of its own, which the cluster ends. */
  connect(options?: {
    readonly port?: number
    readonly user?: string
    readonly name?: string
  }): Promise<pg.Client>
}

export interface Programs {
  readonly version: string
  readonly initdb: string
  readonly postgres: string
}

/** PostgreSQL as npm brings it, and every other that this machine has. */
export async function allPrograms(): Promise<readonly Programs[]> {
  const { initdb, postgres } = await binaries()
  const installed = globSync('/usr/lib/postgresql/*/bin/postgres').map((file) => ({
    version: path.basename(path.resolve(file, '../..')),
    initdb: path.join(path.dirname(file), 'initdb'),
    postgres: file,
  }))
  return [
    { version: 'of npm', initdb, postgres },
    ...installed.filter(({ initdb: program }) => existsSync(program)),
  ]
}

const quick = [
  ...['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'shared_buffers=16MB'],
  ...['autovacuum_naptime=1s', 'wal_receiver_status_interval=1s'],
]

/** Its data go with it. The replica's name is `standby`; every role may log in from this machine. */
export async function startCluster({ initdb, postgres }: Programs): Promise<Cluster> {
  const { folder, [Symbol.dispose]: remove } = temporaryFolder()
  const way = await unprivileged(postgres)
  await way.own(folder)
  const data = path.join(folder, 'primary')
  const [program, ...args] = way.argv(
    initdb,
    ...[`--pgdata=${data}`, '--username=postgres', '--auth=trust', '--locale=C', '--no-sync'],
  )
  await run(program, args, { ...way.identity, cwd: folder })
  const copy = path.join(folder, 'standby')
  // As long as the server has never run, its folder is all that a replica needs.
  const [cp, ...files] = way.argv('cp', '-a', data, copy)
  await run(cp, files, { ...way.identity, cwd: folder })
  const clients: pg.Client[] = []
  const servers: Server[] = []

  const start = async (where: string, settings: readonly string[]): Promise<Server> => {
    const port = await freePort()
    const options = [...quick, ...settings].flatMap((setting) => ['-c', setting])
    const server = await startProcess({
      name: 'PostgreSQL',
      argv: way.argv(postgres, '-D', where, '-p', String(port), ...options),
      folder,
      variables: { LC_ALL: 'C', TZ: 'UTC' },
      identity: way.identity,
      log: `${where}.log`,
      ready: /database system is ready to accept (?:read-only )?connections/,
    })
    servers.push({ ...server, port })
    return { ...server, port }
  }
  const primary = await start(data, [])
  writeFileSync(path.join(copy, 'standby.signal'), '')
  await way.own(path.join(copy, 'standby.signal'))

  return {
    primary,
    startReplica: () =>
      start(copy, [
        `primary_conninfo=host=127.0.0.1 port=${primary.port} user=postgres application_name=standby`,
      ]),
    async connect({ port = primary.port, user = 'postgres', name = 'app' } = {}) {
      const client = new pg.Client({
        ...{ host: '127.0.0.1', port, user, database: 'postgres', application_name: name },
      })
      client.on('error', () => {}) // of servers that end first
      await client.connect()
      clients.push(client)
      return client
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(clients.map((client) => client.end()))
      for (const { stop } of servers.reverse()) await stop('SIGQUIT')
      remove()
    },
  }
}

/** A batch of its own, as its signals see it. */
export function batchOn(client: Pick<pg.Client, 'query'> | Pick<pg.Pool, 'query'>): SignalContext {
  return {
    signal: new AbortController().signal,
    async query(text) {
      if (!isSql(text)) return (await client.query(text)).rows
      const { strings, values } = text
      const words = strings.map((piece, index) => (index === 0 ? piece : `$${index}${piece}`)).join('')
      return (await client.query(words, [...values])).rows
    },
  }
}
