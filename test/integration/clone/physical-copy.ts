import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../../examples/atlas/dev/port.ts'
import { startProcess } from '../../../examples/atlas/dev/process.ts'
import { unprivileged } from '../../../examples/atlas/dev/unprivileged.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

interface PhysicalCopy extends AsyncDisposable {
  readonly port: number
}

/** A copy of a server's files, as a base backup makes it: it runs by itself, or follows its original. */
export async function startPhysicalCopy(
  original: number,
  password: string,
  postgres: string,
  { follows = false } = {},
): Promise<PhysicalCopy> {
  const temporary = temporaryFolder()
  const { folder } = temporary
  const way = await unprivileged(postgres)
  await way.own(folder)
  const data = path.join(folder, 'copy')
  mkdirSync(data, { mode: 0o700 })
  await way.own(data)
  const [program, ...args] = way.argv(
    path.join(path.dirname(postgres), 'pg_basebackup'),
    ...[`--pgdata=${data}`, '--host=127.0.0.1', `--port=${original}`, '--username=postgres'],
    ...['--checkpoint=fast', ...(follows ? ['--write-recovery-conf'] : [])],
  )
  await promisify(execFile)(program, args, {
    ...way.identity,
    cwd: folder,
    env: { ...process.env, PGPASSWORD: password },
  })
  const port = await freePort()
  const options = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off']
  const running = await startProcess({
    name: 'PostgreSQL',
    argv: way.argv(postgres, '-D', data, '-p', String(port), ...options.flatMap((option) => ['-c', option])),
    folder,
    variables: { LC_ALL: 'C', TZ: 'UTC' },
    identity: way.identity,
    log: path.join(folder, 'copy.log'),
    ready: /database system is ready to accept/,
  })
  return {
    port,
    async [Symbol.asyncDispose]() {
      await running.stop('SIGINT')
      temporary[Symbol.dispose]()
    },
  }
}
