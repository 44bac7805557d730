import { existsSync } from 'node:fs'
import { docker } from '../../../support/docker/docker.ts'
import { importImage } from '../../../support/docker/import-image.ts'
import { rootFileSystem } from '../../../support/docker/root-file-system.ts'

const program = '/usr/sbin/pgbouncer'

/** An image with this machine's PgBouncer, which reads `/etc/pgbouncer.ini`. Returns its tag. */
export async function pgbouncerImage(): Promise<string> {
  if (!existsSync(program)) {
    throw new Error('The tests need PgBouncer in /usr/sbin. Install it (apt-get install pgbouncer).')
  }
  using system = rootFileSystem()
  system.shell()
  system.program(program)
  system.copy('/etc/ssl/openssl.cnf', '/etc/ssl/openssl.cnf')
  const changes = ['USER app', 'CMD ["/usr/sbin/pgbouncer", "/etc/pgbouncer.ini"]']
  return await importImage(docker, { folder: system.folder, changes })
}

interface Pool {
  /** The server's address. */
  readonly server: string
  /** Of all databases; each must be there in the server. */
  readonly user: string
  readonly password: string
}

/** A configuration that lets everybody in, and opens sessions as one user. */
export function pgbouncerSettings({ server, user, password }: Pool): string {
  return `
[databases]
* = host=${server} port=5432 user=${user} password=${password}
[pgbouncer]
listen_addr = *
listen_port = 5432
auth_type = any
unix_socket_dir =
pool_mode = transaction
`
}
