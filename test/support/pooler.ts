import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { freePort } from '../../examples/atlas/dev/port.ts'
import { startProcess } from '../../examples/atlas/dev/process.ts'
import { unprivileged } from '../../examples/atlas/dev/unprivileged.ts'
import { temporaryFolder } from './temporary-folder.ts'

const program = '/usr/sbin/pgbouncer'

interface Pool {
  /** The port of the server on this machine. */
  readonly server: number
  readonly user: string
  /** Without signs that PgBouncer's configuration has a meaning for. */
  readonly password: string
  /** Further lines of its configuration. */
  readonly settings: readonly string[]
  /** Where it listens; any that is free unless stated. */
  readonly port?: number
}

/** A PgBouncer before the server that lets everybody in, and opens sessions as one user. */
export async function startPooler({ server, user, password, settings, port: asked }: Pool) {
  if (!existsSync(program))
    throw new Error('The tests need PgBouncer in /usr/sbin (apt-get install pgbouncer).')
  const temporary = temporaryFolder()
  const port = asked ?? (await freePort())
  const file = path.join(temporary.folder, 'pgbouncer.ini')
  const upstream = `host=127.0.0.1 port=${server} user=${user} password=${password}`
  const lines = [
    '[databases]',
    `* = ${upstream}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
  ]
  writeFileSync(file, [...lines, 'auth_type = any', 'unix_socket_dir =', ...settings, ''].join('\n'))
  const way = await unprivileged(program)
  await way.own(temporary.folder)
  const pooler = await startProcess({
    name: 'PgBouncer',
    argv: way.argv(program, file),
    folder: temporary.folder,
    variables: { LC_ALL: 'C' },
    identity: way.identity,
    log: path.join(temporary.folder, 'pgbouncer.log'),
    ready: /process up/,
  })
  return {
    url: `postgres://${user}@127.0.0.1:${port}/postgres?sslmode=disable`,
    async [Symbol.asyncDispose]() {
      await pooler.stop('SIGQUIT')
      temporary[Symbol.dispose]()
    },
  }
}
