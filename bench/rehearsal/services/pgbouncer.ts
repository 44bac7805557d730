import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { freePort } from '../../../examples/atlas/dev/port.ts'
import { startProcess } from '../../../examples/atlas/dev/process.ts'
import { unprivileged } from '../../../examples/atlas/dev/unprivileged.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import type { BenchPostgres } from '../../batch/services/postgres.ts'

const program = '/usr/sbin/pgbouncer'

export interface PgBouncer extends AsyncDisposable {
  readonly url: string
}

/** Starts Debian's PgBouncer in front of one database, in session mode as the wire is; nothing where it is not installed. */
export async function startPgBouncer(
  server: Pick<BenchPostgres, 'url'>,
  database: string,
): Promise<PgBouncer | undefined> {
  if (!existsSync(program)) return undefined
  const temporary = temporaryFolder()
  const { folder } = temporary
  const port = await freePort()
  const { hostname, port: behind, username } = new URL(server.url)
  const users = path.join(folder, 'users.txt')
  const file = path.join(folder, 'pgbouncer.ini')
  writeFileSync(users, `"${username}" ""\n`)
  const settings = {
    ...{ listen_addr: '127.0.0.1', listen_port: port, unix_socket_dir: '' },
    ...{ auth_type: 'trust', auth_file: users, pool_mode: 'session', default_pool_size: 20 },
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  const databases = `${database} = host=${hostname} port=${behind} user=${username}`
  writeFileSync(file, `[databases]\n${databases}\n[pgbouncer]\n${lines.join('\n')}\n`)
  const way = await unprivileged(program)
  for (const one of [folder, users, file]) await way.own(one)
  const bouncer = await startProcess({
    name: 'PgBouncer',
    argv: way.argv(program, file),
    folder,
    variables: {},
    identity: way.identity,
    log: path.join(folder, 'pgbouncer.log'),
    ready: /process up/,
  })
  return {
    url: `postgres://${username}@127.0.0.1:${port}/${database}?sslmode=disable`,
    async [Symbol.asyncDispose]() {
      await bouncer.stop('SIGTERM') // at once
      temporary[Symbol.dispose]()
    },
  }
}
